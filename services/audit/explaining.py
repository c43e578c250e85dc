"""Each rule in one sentence; its page in the documentation says more."""

from collections.abc import Mapping
from types import MappingProxyType

EXPLAINED: Mapping[str, str] = MappingProxyType(
    {
        "competing-implementation": "Several concrete classes fill one role, or one has several names.",
        "competing-factory": "Several classes are factories of one role.",
        "creation-path": "A function or method makes what the role's factory should make.",
        "competing-adapter": "Several bridges, emitters or adapters stand between the same two roles.",
        "construction-outside-root": "A guarded class is constructed outside of the places that may make it.",
        "constructor-bypass": "An instance comes around its constructor, or its insides are replaced.",
        "bypass-import": "An import goes past a role's owner, or to a deprecated or missing module.",
        "import-cycle": "Modules need one another to be imported first.",
        "unawaited-factory": "A coroutine of a factory is used as if it were what the factory makes.",
        "module-singleton": "One object of a role is kept for the whole process.",
        "duplicate-class": "The same class is written down twice.",
        "silence-without-reason": "A comment allows a finding and does not say why.",
    }
)
