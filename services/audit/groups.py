"""Which group a file belongs to: production, tests or scripts."""

import re
from dataclasses import dataclass

from services.audit.patterns import path_fits

PRODUCTION, TESTS, SCRIPTS = "production", "tests", "scripts"
GROUPS = (PRODUCTION, TESTS, SCRIPTS)

_TESTS = re.compile(
    r"(?:^|/)(?:tests?|testing|__tests__|spec)/|(?:^|/)(?:test_[^/]*|[^/]*_tests?|conftest)\.py$"
)
_SCRIPTS = re.compile(
    r"(?:^|/)(?:scripts?|examples?|benchmarks?|docs?|\.ci|notebooks?|samples?|demos?)/"
    r"|^(?:setup|noxfile|tasks|fabfile|manage|conf)\.py$"
)


@dataclass(frozen=True)
class Groups:
    """Patterns of paths for tests and scripts; without any, common names are known."""

    tests: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()

    def of(self, path: str) -> str:
        """Return the group of a file."""
        if path_fits(path, self.tests) if self.tests else _TESTS.search(path):
            return TESTS
        if path_fits(path, self.scripts) if self.scripts else _SCRIPTS.search(path):
            return SCRIPTS
        return PRODUCTION
