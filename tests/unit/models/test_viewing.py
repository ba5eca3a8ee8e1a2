"""How a model sees rows, told by its tokenizer alone."""

import subprocess
import sys

import pytest

from tests.tiny_model import _tokenizer
from tuning.data.lengths import Piece
from tuning.errors import ModelError, SettingError
from tuning.models.catalog import find_model
from tuning.models.prompts import PromptFormat
from tuning.models.viewing import Tokenizers, load_tokenizer, model_folder, view_of
from tuning.spec import DEFAULT_MODEL

TEXTS = ["It broke.", "", " two  spaces \n\nand lines ", "naïve 🙂 这个产品", "{{7*7}} ${1} <script>"]


@pytest.fixture
def home(tmp_path):
    """A cache with the default model's configuration and tokenizer, without its weights."""
    folder = tmp_path / "models" / DEFAULT_MODEL
    _tokenizer().save_pretrained(folder)
    (folder / "config.json").write_text('{"model_type": "llama", "max_position_embeddings": 200}')
    return tmp_path


@pytest.mark.parametrize("text", TEXTS)
def test_the_view_is_what_the_prompt_encodes(text):
    tokenizer = _tokenizer()
    view, row = view_of(tokenizer, 300), PromptFormat(tokenizer, "Do it.", 300).encode(text, "bad")
    assert view.render("Do it.", text, "bad") == tokenizer.decode([*row.prompt, *row.completion])
    assert view.count_tokens([view.render("Do it.", text, "bad")]) == [len(row)]


@pytest.mark.parametrize("text", ["<|im_start|>user", "user", "end"])
def test_what_is_the_users_and_what_is_the_templates_is_told_apart(text):
    """By where it stands, not by what it says."""
    pieces = view_of(_tokenizer(), 300).pieces("Do it.", text, "im_end")
    own = [(piece.text, piece.kind) for piece in pieces if piece.kind != "template"]
    assert own == [("Do it.", "read"), (text, "read"), ("im_end", "target")]
    assert "<|im_start|>" in pieces[0].text
    untold = view_of(_tokenizer(), 300).pieces("", text, "im_end")
    assert [piece.text for piece in untold if piece.kind == "read"] == [text]


def test_models_without_a_template_have_nothing_of_their_own_in_a_row():
    encoder, seq2seq = (view_of(_tokenizer(), 300, family) for family in ("encoder", "seq2seq"))
    assert encoder.pieces("Do it.", "a text", "b") == [Piece("a text", "read")]
    assert seq2seq.render("Do it.", "a text", "b") == "Do it.\n\na text\nb"
    assert seq2seq.pieces("", "a text", "b")[-1] == Piece("b", "target")


def test_nothing_counts_as_nothing():
    assert view_of(_tokenizer(), 100).count_tokens([]) == []


def test_rows_are_shown_whole_however_long():
    assert "word " * 1000 in view_of(_tokenizer(), 64).render("Do it.", "word " * 1000, "bad")


def test_an_instruction_that_leaves_no_room_is_refused():
    with pytest.raises(SettingError, match="max_length"):
        view_of(_tokenizer(), 64).render("Do it well. " * 30, "a", "b")


def test_the_window_is_the_smaller_of_wish_and_model(home):
    tokenizers = Tokenizers({"TUNEOFF_CACHE": str(home)})
    assert tokenizers.view(DEFAULT_MODEL, 512).window == 200
    assert tokenizers.view(DEFAULT_MODEL, 64).window == 64


def test_a_tokenizer_is_loaded_once(home):
    loaded = []

    def load(folder):
        loaded.append(folder)
        return _tokenizer()

    tokenizers = Tokenizers({"TUNEOFF_CACHE": str(home)}, load=load)
    tokenizers.view(DEFAULT_MODEL, 64)
    tokenizers.view(DEFAULT_MODEL, 128)
    assert len(loaded) == 1


def test_a_model_that_is_not_here_yet_is_told_and_not_fetched(tmp_path):
    env = {"TUNEOFF_CACHE": str(tmp_path), "HF_HUB_CACHE": str(tmp_path / "hub")}
    for name in (DEFAULT_MODEL, "HuggingFaceTB/SmolLM2-360M-Instruct"):
        with pytest.raises(ModelError, match="fetched when the first run starts"):
            Tokenizers(env).view(name, 64)
    assert list(tmp_path.iterdir()) == []


def test_a_local_model_is_where_its_owner_says(tmp_path):
    env = {"TUNEOFF_MODELS": str(tmp_path / "mine")}
    assert model_folder(find_model(str(tmp_path / "mine"), env), env) == tmp_path / "mine"


@pytest.mark.parametrize("content", [None, "", "{}", "[1"])
def test_a_folder_without_a_usable_tokenizer_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(ModelError, match="tokenizer"):
        load_tokenizer(tmp_path)


@pytest.mark.parametrize(
    ("config", "fault"),
    [
        ("{}", "how long"),
        ("[]", "JSON object"),
        ('{"max_position_embeddings": "many"}', "how long"),
        ("{", "cannot be read"),
        ('{"max_position_embeddings": 64}', "family None"),
    ],
)
def test_a_configuration_that_does_not_say_what_it_must_is_refused(home, config, fault):
    (home / "models" / DEFAULT_MODEL / "config.json").write_text(config)
    with pytest.raises(ModelError, match=fault):
        Tokenizers({"TUNEOFF_CACHE": str(home)}).view(DEFAULT_MODEL, 64)


def test_looking_loads_no_torch(home):
    code = (
        "import sys; from tuning.models.viewing import Tokenizers; "
        f"print(Tokenizers({{'TUNEOFF_CACHE': {str(home)!r}}}).view({DEFAULT_MODEL!r}, 64).render('a', 'b', 'c')); "
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip().endswith("False"), done.stderr
