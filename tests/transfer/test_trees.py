"""Whatever an export says about who follows whom, nothing of it is lost."""

from collections import Counter
from copy import deepcopy

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.services.transfer.archive import ArchivedMessage
from app.services.transfer.conversations import conversation_of
from app.services.transfer.draft import ConversationDraft, DraftMessage

TIMES = st.sampled_from([None, 0, 1735689600, 1735689601.5, "2025-01-01T00:00:00Z", True, "soon"])
SENDERS = st.sampled_from(["user", "ai", "ai", None])
AT_ANY_PACE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
IDS = st.sampled_from([None, *"abcdefg"])


def message(number: int, sender: str | None, id: str | None, **more: object) -> DraftMessage:
    """A message that says what no other says; `thoughts` where it is not shown."""
    made = DraftMessage(id, sender, None if sender else "thoughts", **more)  # type: ignore[arg-type]
    if sender:
        made.text = f"text {number}"
    else:
        made.reasoning = f"thought {number}"
    return made


@st.composite
def tangles(draw: st.DrawFn) -> ConversationDraft:
    """Messages that follow anybody, themselves and nobody, with ids that are used again."""
    messages = [
        message(
            number,
            draw(SENDERS),
            draw(IDS),
            parent=draw(st.one_of(IDS, st.just("nobody"))),
            children=draw(st.lists(st.sampled_from("abcdefg"), max_size=2)),
            time=draw(TIMES),
        )
        for number in range(draw(st.integers(0, 12)))
    ]
    return ConversationDraft(
        "chatgpt", "x", created=draw(TIMES), current=draw(IDS), chained=draw(st.booleans()),
        messages=messages,
    )  # fmt: skip


@st.composite
def forests(draw: st.DrawFn) -> ConversationDraft:
    """Messages that follow earlier ones, or nobody."""
    messages = []
    for number in range(draw(st.integers(1, 14))):
        parent = draw(st.one_of(st.none(), st.integers(0, number - 1))) if number else None
        above = None if parent is None else f"id {parent}"
        messages.append(message(number, draw(SENDERS), f"id {number}", parent=above))
    return ConversationDraft("chatgpt", "x", messages=messages)


def read(draft: ConversationDraft) -> list[ArchivedMessage]:
    """The messages of a draft, which stays as it is."""
    item, messages = conversation_of(deepcopy(draft))
    assert (item.result, item.messages) == ("found" if messages else "skipped", len(messages))
    return messages


def parts(message: ArchivedMessage) -> list[str]:
    return message.content.split("\n\n")


@AT_ANY_PACE
@given(tangles())
def test_a_tree_comes_of_any_tangle(draft: ConversationDraft) -> None:
    messages = read(draft)
    assert all(each.parent is None or each.parent < n for n, each in enumerate(messages))
    assert len({each.key for each in messages}) == len(messages)
    again = [(each.key, each.parent, each.shown) for each in read(draft)]
    assert again == [(each.key, each.parent, each.shown) for each in messages]


@AT_ANY_PACE
@given(tangles())
def test_all_that_was_said_is_there_once(draft: ConversationDraft) -> None:
    said = [part for each in read(draft) for part in parts(each)]
    assert sorted(said) == sorted(each.text for each in draft.messages if each.sender)


@AT_ANY_PACE
@given(tangles())
def test_what_is_shown_goes_from_a_first_message_to_a_last_one(draft: ConversationDraft) -> None:
    messages = read(draft)
    shown = [place for place, each in enumerate(messages) if each.shown]
    assert [messages[place].parent for place in shown] == [None, *shown[:-1]][: len(shown)]
    parents = {each.parent for each in messages}
    assert not messages or (shown and shown[-1] not in parents)


@AT_ANY_PACE
@given(tangles())
def test_no_reply_follows_another_without_a_fork(draft: ConversationDraft) -> None:
    messages = read(draft)
    followers = Counter(each.parent for each in messages)
    for each in messages:
        if each.sender == "ai" and each.parent is not None:
            assert messages[each.parent].sender == "user" or followers[each.parent] > 1


@AT_ANY_PACE
@given(forests())
def test_each_message_follows_the_nearest_that_is_kept(draft: ConversationDraft) -> None:
    messages = read(draft)
    drafts = {each.id: each for each in draft.messages}
    place_of = {part: place for place, each in enumerate(messages) for part in parts(each)}
    for each in draft.messages:
        above = drafts.get(each.parent)
        while above is not None and above.sender is None:
            above = drafts.get(above.parent)
        if each.sender is None:
            continue
        place = place_of[each.text]
        if above is None:
            assert messages[place].parent is None
        else:
            assert place_of[above.text] in {place, messages[place].parent}


@AT_ANY_PACE
@given(forests())
def test_a_thought_goes_to_one_reply_it_leads_to(draft: ConversationDraft) -> None:
    thoughts = [part for each in read(draft) for part in (each.reasoning or "").split("\n\n")]
    thoughts = [each for each in thoughts if each]
    assert len({*thoughts}) == len(thoughts)
    followed = {each.parent for each in draft.messages if each.sender == "ai"}
    led = {each.reasoning for each in draft.messages if not each.sender and each.id in followed}
    assert led <= {*thoughts}


@AT_ANY_PACE
@given(forests(), st.integers(0, 14))
def test_nothing_is_lost_when_an_export_has_grown(draft: ConversationDraft, before: int) -> None:
    """What is known by its key is not read again; so what is new has a new one."""
    earlier = deepcopy(draft)
    del earlier.messages[before:]
    known = {each.key: parts(each) for each in read(earlier)}
    for each in read(draft):
        assert each.key not in known or {*parts(each)} <= {*known[each.key]}
