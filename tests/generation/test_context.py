"""A model is shown the newest whole turns that fit, with roles that alternate."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from app.services.generation.prompt import Said, build_prompt
from app.services.messages.estimate import estimate_tokens

SAID = st.lists(
    st.tuples(st.sampled_from(["user", "ai"]), st.text(max_size=60), st.none()),
    min_size=1,
    max_size=20,
)


@given(SAID, st.integers(64, 400), st.sampled_from([None, "Be brief."]))
def test_roles_alternate_and_the_newest_question_is_last(
    said: Sequence[Said], budget: int, system: str | None
) -> None:
    said = [*said, ("user", "the question", None)]
    prompt = build_prompt(said, system, budget)
    if system is not None:
        assert prompt.pop(0) == {"role": "system", "content": system}
    roles = [message["role"] for message in prompt]
    assert roles == ["user", "assistant"] * (len(roles) // 2) + ["user"]
    assert prompt[-1]["content"].endswith("the question")
    assert len(prompt) == 1 or sum(estimate_tokens(m["content"]) for m in prompt) <= budget


def test_a_failed_reply_is_left_out_and_its_question_kept() -> None:
    said = [("user", "one", None), ("ai", "", None), ("user", "two", None)]
    assert build_prompt(said, None, 1000) == [{"role": "user", "content": "one\n\ntwo"}]


def test_one_message_over_the_budget_goes_alone() -> None:
    said = [("user", "old", None), ("ai", "answer", None), ("user", "长" * 500, None)]
    assert build_prompt(said, None, 100) == [{"role": "user", "content": "长" * 500}]


def test_chinese_counts_by_the_character() -> None:
    assert estimate_tokens("今天天气" * 10) > 3 * estimate_tokens("abcd" * 10)
