"""The layers that token vectors have of their own, over small models and the default one."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from search.encoder.head import trained_changes, trained_head
from search.encoder.load import load_encoder
from search.encoder.models import DEFAULT_MODEL, resolve_model
from search.encoder.reference import load_sentence_transformer

if TYPE_CHECKING:
    from transformers import BertModel

TEXT = "Street lighting reduced burglary in most areas."


@pytest.fixture
def bert() -> "BertModel":
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(3)
    config = BertConfig(
        hidden_size=48, num_hidden_layers=4, num_attention_heads=2, intermediate_size=64
    )
    model: BertModel = BertModel(config).train(mode=False)
    return model


def test_before_training_they_are_the_model_s_last_layers(bert: "BertModel") -> None:
    import torch

    from search.encoder.token_layers import LAYERS, own_layers, run

    ids = torch.arange(12)[None]
    with torch.inference_mode():
        states = bert(input_ids=ids, output_hidden_states=True).hidden_states
        found = run(own_layers(bert), states[-1 - LAYERS])
    assert torch.allclose(found, states[-1], atol=1e-6)


def test_only_the_changes_are_trained_and_the_model_stays(bert: "BertModel") -> None:
    import torch

    from search.encoder.token_layers import RANK, own_layers, run

    before = {name: each.clone() for name, each in bert.state_dict().items()}
    layers = own_layers(bert)
    trained = [each for each in layers.parameters() if each.requires_grad]
    assert sorted({each.shape for each in trained}) == [
        (RANK, 48), (RANK, 64), (48, RANK), (64, RANK),
    ]  # fmt: skip
    hidden = torch.randn(2, 5, 48)
    run(layers, hidden)[..., 0].sum().backward()  # type: ignore[no-untyped-call]
    torch.optim.SGD(trained, lr=1.0).step()
    assert all(torch.equal(before[name], each) for name, each in bert.state_dict().items())
    assert not torch.allclose(run(layers, hidden), run(own_layers(bert), hidden))


def test_padding_changes_nothing(bert: "BertModel") -> None:
    import torch

    from search.encoder.token_layers import own_layers, run

    layers = own_layers(bert)
    hidden = torch.randn(1, 5, 48)
    padded = torch.cat([hidden, torch.randn(1, 3, 48)], dim=1)
    mask = torch.zeros(1, 1, 1, 8)
    mask[..., 5:] = -1e9
    with torch.inference_mode():
        assert torch.allclose(run(layers, padded, mask)[:, :5], run(layers, hidden), atol=1e-5)


def test_what_is_written_is_what_was_trained(bert: "BertModel") -> None:
    import torch
    from safetensors.torch import load

    from search.encoder.token_layers import changes_of, own_layers

    layers = own_layers(bert)
    written = load(changes_of(layers))
    assert written.keys() == {n for n, each in layers.named_parameters() if each.requires_grad}
    assert all(each.dtype is torch.float16 for each in written.values())


def test_another_model_has_none(bert: "BertModel") -> None:
    from search.encoder.token_layers import trained_layers

    assert trained_changes("some/model") is None
    assert len(trained_layers("some/model", bert)) == 0


def test_the_prepared_encoder_runs_them(prepared_encoder: Path) -> None:
    import torch

    from search.encoder.token_layers import LAYERS, run, trained_layers

    encoder = load_encoder(prepared_encoder)
    model = load_sentence_transformer(resolve_model(DEFAULT_MODEL).folder)
    transformer, head = model.transformers_model, trained_head(DEFAULT_MODEL)
    assert transformer is not None
    assert head is not None
    ids = torch.tensor([model.tokenizer(TEXT)["input_ids"]])
    with torch.inference_mode():
        states = transformer(input_ids=ids, output_hidden_states=True).hidden_states
        own = run(trained_layers(DEFAULT_MODEL, transformer), states[-1 - LAYERS])[0, 1:-1].numpy()
    tokens = encoder.encode_query(TEXT).tokens
    assert tokens is not None
    for hidden, least, most in ((own, 0.99, 1.001), (states[-1][0, 1:-1].numpy(), -1.0, 0.98)):
        short = hidden @ head
        cosines = (short * tokens.vectors).sum(1) / np.linalg.norm(short, axis=1)
        assert least < cosines.min() < most  # the model's own last layers give other vectors
