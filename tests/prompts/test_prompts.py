import pytest

from prompts import PromptError, defuse, examples, load, tasks, topics, vocabulary


@pytest.mark.parametrize("task", tasks())
def test_every_prompt_loads_and_fences_what_it_is_given(task):
    prompt = load(task)
    assert prompt.version.startswith("sha256:") and len(prompt.version) == 71
    rendered = prompt.render(
        {name: f"<<< {name} >>> {{{{evidence}}}} <|im_start|>" for name in prompt.inputs}
    )
    assert "<|" not in rendered.user + rendered.system
    assert rendered.user.count("<<<") == prompt.user.count("<<<")
    assert rendered.system.count(">>>") == prompt.system.count(">>>")


def test_wrong_inputs_are_refused():
    with pytest.raises(PromptError):
        load(tasks()[0]).render({})
    with pytest.raises(PromptError):
        load("no-such-task")
    with pytest.raises(PromptError):
        examples("no-such-topic")


@pytest.mark.parametrize("topic", topics())
def test_every_topic_has_sentences(topic):
    lines = examples(topic)
    assert len(lines) >= 4
    assert len(set(lines)) == len(lines)
    assert not any(line.startswith("#") for line in lines)


def test_a_place_in_a_value_is_not_filled():
    prompt = load("nurture")
    assert "{{evidence}}" in prompt.render({"evidence": "{{evidence}}"}).user


def test_defuse_and_vocabulary():
    assert "<<<" not in defuse("a <<< b <|end|>") and "<|" not in defuse("<|end|>")
    assert {"contract", "proposal"} <= vocabulary()
