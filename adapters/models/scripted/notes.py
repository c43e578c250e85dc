"""Sentences about notes: keep one, find some, list them, delete one."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adapters.models.scripted.conversation import Call, Conversation
from adapters.models.scripted.note_phrases import (
    ADD,
    DELETE,
    FILLER,
    HINT,
    LIST,
    MY,
    RESULT,
    SEARCH,
    TAIL,
    saves_result,
)
from adapters.models.scripted.roles import Toolbox
from adapters.models.scripted.steps import Ask, Say, Step, complaint
from adapters.models.scripted.telling import told, value_text, without_marks
from adapters.models.scripted.text import ID, quoted
from adapters.models.scripted.tools import ToolView


def note_step(clause: str, box: Toolbox) -> Step | None:
    """Return the step a clause about notes needs, or None."""
    if not HINT.search(clause):
        return None
    if box.note_add is not None and saves_result(clause):
        return KeepAnswer(box.note_add)
    return _changed(clause, box) or _found(clause, box)


def _changed(clause: str, box: Toolbox) -> Step | None:
    if box.note_delete is not None and (match := DELETE.search(clause)):
        return _delete(clause, match["id"], box)
    if box.note_add is not None and (match := ADD.match(clause)):
        return _add(clause, match, box.note_add)
    return None


def _found(clause: str, box: Toolbox) -> Step | None:
    if box.note_search is not None and (match := SEARCH.match(clause)):
        query = TAIL.sub("", next(group for group in match.groups() if group))
        return _search(FILLER.sub("", query) or query, box.note_search)
    if box.note_list is not None and LIST.search(clause):
        return Ask(
            (Call(box.note_list.name, {}),),
            lambda results: _listed(results[0], "You have no notes yet."),
            "list your notes",
        )
    return None


def _add(clause: str, match: re.Match[str], tool: ToolView) -> Step:
    text = next(group for group in match.groups() if group)
    marked = quoted(text)
    whole = marked[0] if marked and len(marked[0]) + 4 >= len(text.strip(" .!?")) else text
    kept = whole if marked and whole is marked[0] else TAIL.sub("", whole).strip()
    if RESULT.match(kept):
        return KeepAnswer(tool)
    call = Call(tool.name, {tool.required[0].name: kept or clause})
    return Ask((call,), _kept, "keep the note")


def _kept(results: list[Any]) -> str:
    result = results[0] if isinstance(results[0], dict) else {}
    note_id = result.get("note_id") or result.get("id")
    ending = f" (note {note_id})" if note_id else ""
    text = result.get("text")
    return f"I have noted: “{text}”{ending}." if text else f"I have kept that as a note{ending}."


def _search(query: str, tool: ToolView) -> Step:
    marked = quoted(query)
    query = marked[0] if marked else query
    call = Call(tool.name, {tool.required[0].name: query})
    return Ask((call,), _finder(query), "search your notes")


def _finder(query: str) -> Callable[[list[Any]], str]:
    return lambda results: _listed(results[0], f"I found no note about “{query}”.")


def _notes(result: Any) -> list[dict[str, Any]] | None:
    items = result.get("notes") if isinstance(result, dict) else result
    return items if isinstance(items, list) and all(isinstance(item, dict) for item in items) else None


def _listed(result: Any, none: str) -> str:
    notes = _notes(result)
    if notes is None:
        return told(result, "Your notes")
    if not notes:
        return none
    lines = [
        f"- {value_text(note.get('text', ''))} ({note.get('note_id', note.get('id', ''))})" for note in notes
    ]
    return f"{'This note' if len(notes) == 1 else f'{len(notes)} notes'}:\n\n" + "\n".join(lines)


def _delete(clause: str, named: str | None, box: Toolbox) -> Step:
    assert box.note_delete is not None
    ids = [named] if named else [found for found in ID.findall(clause) if found.lower() != "note"]
    ids = (
        ids
        or re.findall(r"\bnotes?\s+(?:number\s+|no\.?\s+|id\s+|#)?(\d+)\b", clause)
        or [marked for marked in quoted(clause) if " " not in marked]
    )
    parameter = box.note_delete.required[0].name
    if ids:
        wanted = tuple(Call(box.note_delete.name, {parameter: note_id}) for note_id in ids)
        return Ask(wanted, lambda _: f"Deleted note {', '.join(ids)}.", f"delete note {', '.join(ids)}")
    about = re.search(
        r"\b(?:about|on|for|regarding|mentioning|saying|that says)\s+(.+)", clause, re.IGNORECASE
    )
    if about and box.note_search is not None:
        query = FILLER.sub("", TAIL.sub("", about[1]))
        search = Call(box.note_search.name, {box.note_search.required[0].name: query})
        return DeleteFound(search, box.note_delete, query)
    return Say("Which note shall I delete? Tell me its id; “list my notes” shows them.")


@dataclass(frozen=True, slots=True)
class DeleteFound(Step):
    """Look a note up by its content, then delete it if it is the only one."""

    search: Call
    tool: ToolView
    query: str

    def _deletion(self, talk: Conversation) -> Call | None:
        outcome = talk.outcome(self.search)
        notes = _notes(outcome.result) if outcome and not outcome.error else None
        if notes is None or len(notes) != 1:
            return None
        return Call(self.tool.name, {self.tool.required[0].name: notes[0].get("note_id", notes[0].get("id"))})

    def calls(self, talk: Conversation, answers: list[str]) -> list[Call]:
        """First the search, then the deletion."""
        if talk.outcome(self.search) is None:
            return [self.search]
        deletion = self._deletion(talk)
        return [deletion] if deletion and talk.outcome(deletion) is None else []

    def answer(self, talk: Conversation) -> str:
        """What was deleted, or why nothing was."""
        found, deletion = talk.outcome(self.search), self._deletion(talk)
        outcome = (talk.outcome(deletion) if deletion else None) or found
        assert outcome is not None
        if outcome.error:
            return complaint("delete the note", outcome.error)
        if deletion:
            return f"Deleted the note about “{self.query}”."
        if found is None or not _notes(found.result):
            return f"I found no note about “{self.query}”, so nothing was deleted."
        return (
            f"Several notes are about “{self.query}”; tell me which id to "
            f"delete.\n\n{_listed(found.result, '')}"
        )


class KeepAnswer(Step):
    """Keep as a note what the steps before, other agents, or the last answer said."""

    waits = True

    def __init__(self, tool: ToolView) -> None:
        self._tool, self._parameter = tool, tool.required[0].name

    def calls(self, talk: Conversation, answers: list[str]) -> list[Call]:
        """The note, once there is something to keep."""
        text = without_marks("\n\n".join([*_given(talk), *answers]) or talk.last_answer)
        if not text or any(
            outcome.call.name == self._tool.name and outcome.call.arguments == {self._parameter: text}
            for outcome in talk.outcomes
        ):
            return []
        return [Call(self._tool.name, {self._parameter: text})]

    def answer(self, talk: Conversation) -> str:
        """That it was kept, or why not."""
        made = [outcome for outcome in talk.outcomes if outcome.call.name == self._tool.name]
        if not made:
            return "There is no result yet that I could keep as a note."
        if made[-1].error:
            return complaint("keep the note", made[-1].error)
        note_id = made[-1].result.get("note_id") if isinstance(made[-1].result, dict) else None
        return (
            f"I have saved the result as a note ({note_id})."
            if note_id
            else "I have saved the result as a note."
        )


def _given(talk: Conversation) -> list[str]:
    """Other agents' answers without their names."""
    return [re.sub(r"^[\w.-]+: ", "", talk.given)] if talk.given else []


def recall_step(clause: str, box: Toolbox) -> Step | None:
    """Return a search for what the user may have noted: "what is my locker code?"; for clauses nothing else
    understands.
    """
    match = MY.match(clause)
    if match is None or box.note_search is None:
        return None
    return _search(FILLER.sub("", TAIL.sub("", match["about"])), box.note_search)
