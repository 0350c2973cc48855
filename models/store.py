"""The model store: one folder a model with model.onnx and model.yaml. Shipped models lie beside this code, imported
ones in JIEJING_HOME/models; of the same name, the imported one counts."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import ValidationError

from core.domain import ModelRef
from core.errors import ModelError, StorageError
from models.card import NAME, ModelCard

SHIPPED = Path(__file__).parent
WEIGHTS, CARD, IN_USE = "model.onnx", "model.yaml", "in-use.json"


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model in the store."""

    card: ModelCard
    folder: Path

    @property
    def weights(self) -> Path:
        """Its ONNX file."""
        return self.folder / WEIGHTS

    @property
    def ref(self) -> ModelRef:
        """What an event says of it."""
        return ModelRef(self.card.name, self.card.sha256)


class ModelStore:
    """Finds, lists and takes in models."""

    def __init__(self, home: Path) -> None:
        self._imported = home / "models"

    def find(self, name: str) -> StoredModel:
        """The model of that name, its file checked against its card.

        Raises:
            ModelError: there is none, or its files are damaged.
        """
        for root in (self._imported, SHIPPED):
            if NAME.fullmatch(name) and (root / name / CARD).is_file():
                model = _read(root / name)
                _check_digest(model)
                return model
        known = ", ".join(model.card.name for model in self.all()) or "none yet"
        raise ModelError(f"model {name!r} is not in the store (there: {known}); bring it in with: jiejing model import")

    def all(self) -> list[StoredModel]:
        """Every readable model, by name."""
        found = {model.card.name: model for root in (SHIPPED, self._imported) for model in _readable(root)}
        return [found[name] for name in sorted(found)]

    def in_use(self) -> tuple[str, ...]:
        """The names of the models that look at every camera which names none itself."""
        try:
            return tuple(json.loads((self._imported / IN_USE).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return ()
        except (OSError, ValueError) as error:
            raise ModelError(f"{self._imported / IN_USE}: cannot be read: {_one_line(error)}") from error

    def use(self, names: Sequence[str]) -> None:
        """From now on these models are in use.

        Raises:
            ModelError: one of them is missing or damaged.
            StorageError: the folder cannot be written.
        """
        for name in names:
            self.find(name)
        fresh = self._imported / f".{IN_USE}"
        try:
            self._imported.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(list(names)), encoding="utf-8")
            fresh.replace(self._imported / IN_USE)
        except OSError as error:
            raise StorageError(f"{self._imported}: {error.strerror}; the models in use stay as they were") from error

    def add(self, card: ModelCard, weights: Path) -> StoredModel:
        """Takes in a model, replacing one of the same name at once or not at all.

        Raises:
            StorageError: the folder cannot be written.
        """
        target = self._imported / card.name
        try:
            self._imported.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._imported, prefix=".incoming-") as incoming:
                fresh = Path(incoming) / "model"
                fresh.mkdir()
                shutil.copyfile(weights, fresh / WEIGHTS)
                (fresh / CARD).write_text(_to_yaml(card), encoding="utf-8")
                if target.exists():
                    target.replace(Path(incoming) / "replaced")
                fresh.replace(target)
        except OSError as error:
            raise StorageError(f"{target}: {os.strerror(error.errno or 0)}; the model was not taken in") from error
        return StoredModel(card, target)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _readable(root: Path) -> Iterator[StoredModel]:
    for card in sorted(root.glob(f"*/{CARD}")):
        try:
            yield _read(card.parent)
        except ModelError:
            continue


def _read(folder: Path) -> StoredModel:
    path = folder / CARD
    try:
        card = ModelCard.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ModelError(f"{path}: cannot be read as a model card: {_one_line(error)}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the card"
        raise ModelError(f"{path}: {where}: {first['msg']}") from error
    if card.name != folder.name:
        raise ModelError(f"{path}: the card says {card.name!r} but lies in the folder {folder.name!r}")
    return StoredModel(card, folder)


def _check_digest(model: StoredModel) -> None:
    if not model.weights.is_file():
        raise ModelError(f"{model.weights} is missing; import the model {model.card.name!r} again")
    if sha256_of(model.weights) != model.card.sha256:
        raise ModelError(f"{model.weights} is not the file that its card names (SHA-256 differs); import it again")


def _to_yaml(card: ModelCard) -> str:
    return yaml.safe_dump(card.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
