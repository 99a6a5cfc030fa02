"""Makes test/fixtures/static: small static models as model2vec 0.10.0 writes them, and the vectors that it gives.

    pip install model2vec==0.10.0 && python test/golden/make-static-models.py
"""

import json
from pathlib import Path

import numpy as np
from model2vec import StaticModel
from safetensors.numpy import save_file
from tokenizers import Tokenizer

folder = Path(__file__).parent.parent / "fixtures" / "static"
words = "the a cat dog sat on mat sleep ##s ##ing quick brown fox run ##n in house , . ! ? ' - é ü der hund 漢 字 1 2 3".split()
vocabulary = {token: i for i, token in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *words])}
special = [{"id": i, "content": c, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
           for c, i in vocabulary.items() if c.startswith("[")]
tokenizer = Tokenizer.from_str(json.dumps({
    "version": "1.0", "truncation": None, "padding": None, "added_tokens": special,
    "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
    "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": None,
    "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": vocabulary},
}))
texts = ["The cat sat on the mat.", "A DOG sleeps, running in the house!", "", "zebra", "the zebra 漢字 cat", "  Der Hund\tsat\n",
         "cats' run-ing 123 ?!", "[CLS] cat [UNK] dog", "the cat " * 300, "é ü e u", "cat\u00a0dog\u200bfox \U0001f642", "run\u0301 ca\u0327t"]

rng = np.random.default_rng(7)
count, dims = len(vocabulary), 24
rows = rng.normal(size=(count, dims)).astype(np.float32)
config = {"model_type": "model2vec", "architectures": ["StaticModel"], "normalize": True}
models = {
    "float32": StaticModel(rows, tokenizer, config, normalize=True),
    "float16": StaticModel(rows.astype(np.float16), tokenizer, config, normalize=True),
    "int8": StaticModel(np.rint(rows / np.abs(rows).max() * 127).astype(np.int8), tokenizer, config, normalize=True),
    "clustered": StaticModel(rows[:10], tokenizer, config, normalize=True, weights=rng.uniform(0.1, 2, count).astype(np.float32),
                             token_mapping=rng.integers(0, 10, count)),
    "not-normalized": StaticModel(rows, tokenizer, {**config, "normalize": False}, normalize=False, max_length=16),
}
golden = {"texts": texts, "models": {}}
for name, model in models.items():
    model.save_pretrained(folder / name)
    (folder / name / "README.md").unlink()
    golden["models"][name] = np.round(model.encode(texts).astype(np.float64), 6).tolist()

# The layout of sentence-transformers. Unknown tokens count, and nothing is cut: mean of all rows, then Normalize.
place = folder / "sentence-transformers"
(place / "0_StaticEmbedding").mkdir(parents=True, exist_ok=True)
save_file({"embedding.weight": rows}, place / "0_StaticEmbedding" / "model.safetensors")
tokenizer.save(str(place / "0_StaticEmbedding" / "tokenizer.json"), pretty=False)
(place / "modules.json").write_text(json.dumps([
    {"idx": 0, "name": "0", "path": "0_StaticEmbedding", "type": "sentence_transformers.models.StaticEmbedding"},
    {"idx": 1, "name": "1", "path": "1_Normalize", "type": "sentence_transformers.models.Normalize"}]))
(place / "config_sentence_transformers.json").write_text(json.dumps({"prompts": {}, "default_prompt_name": None}))
tokenizer.no_truncation()
vectors = [rows[ids].mean(axis=0) if (ids := tokenizer.encode(text, add_special_tokens=False).ids) else np.zeros(dims) for text in texts]
golden["models"]["sentence-transformers"] = [np.round(v / max(np.linalg.norm(v), 1e-12), 6).tolist() for v in vectors]
(Path(__file__).parent / "static-models.golden.json").write_text(json.dumps(golden) + "\n")
