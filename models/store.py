"""The model store: one folder a model with model.onnx and model.yaml. Shipped models lie beside this code, imported
ones in JIEJING_HOME/models; of the same name, the imported one counts."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import yaml
from pydantic import ValidationError

from core.clock import Clock, SystemClock
from core.errors import ModelError, StorageError
from core.invalid_values import message_of_invalid
from core.messages import Message
from core.model_ref import ModelRef
from models.card import NAME, ModelCard
from models.forcing import Forcing, ForcingFile
from models.history import History, Promotion

SHIPPED = Path(__file__).parent
WEIGHTS, CARD = "model.onnx", "model.yaml"
FORMER = ".former"  # models whose name another one took, by SHA-256


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
    """Finds, lists and takes in models, and knows which are in use."""

    def __init__(self, home: Path, clock: Clock | None = None) -> None:
        self._imported = home / "models"
        self._former = self._imported / FORMER
        self._candidate = self._imported / "candidate.json"
        self._history = History(self._imported / "history.jsonl")
        self._forcing = ForcingFile(self._imported / "forcing.json")
        self._clock = clock or SystemClock()

    def find(self, name: str) -> StoredModel:
        """The model of that name, its file checked against its card.

        Raises:
            ModelError: there is none, or its files are damaged.
        """
        for root in (self._imported, SHIPPED):
            if NAME.fullmatch(name) and (root / name / CARD).is_file():
                model = _read(root / name)
                _check_name(model)
                _check_digest(model)
                return model
        known = [model.card.name for model in self.all()]
        if not known:
            raise ModelError("models.store_is_empty", name=repr(name))
        raise ModelError("models.not_in_store", name=repr(name), known=known)

    def version(self, ref: ModelRef) -> StoredModel:
        """The very model, also when another of its name was taken in since.

        Raises:
            ModelError: it is not there any more, or its files are damaged.
        """
        former = self._former / ref.sha256
        model = _read(former) if (former / CARD).is_file() else self.find(ref.name)
        if model.card.sha256 != ref.sha256:
            raise ModelError("models.version_is_gone", name=repr(ref.name), sha256=ref.sha256[:12])
        _check_digest(model)
        return model

    def all(self) -> list[StoredModel]:
        """Every readable model, by name."""
        found = {model.card.name: model for root in (SHIPPED, self._imported) for model in _readable(root)}
        return [found[name] for name in sorted(found)]

    def history(self) -> tuple[Promotion, ...]:
        """Every change of what is in use, oldest first."""
        return self._history.all()

    def tried_in_use(self) -> tuple[StoredModel, ...]:
        """The models in use, each loaded and run from the store's own files.

        Raises:
            ModelError: one of them is missing, damaged or does not run.
        """
        return tuple(_tried(self.version(ref)) for ref in self.in_use())

    def in_use(self) -> tuple[ModelRef, ...]:
        """The models that look at every camera which names none itself."""
        changes = self._history.all()
        return changes[-1].models if changes else ()

    def refuse_none_in_use(self) -> NoReturn:
        """Says that no model is in use, and how one comes to be.

        Raises:
            ModelError: always.
        """
        there = next((model.card.name for model in self.all()), None)
        if there:
            raise ModelError("models.none_in_use_but_there", name=there)
        raise ModelError("models.none_in_use")

    def promote(
        self, models: Sequence[str], *, reason: str, forced: bool = False, evidence: Mapping[str, Any] | None = None
    ) -> tuple[ModelRef, ...]:
        """From now on these models are in use; running pipelines take them within seconds.

        Args:
            models: their names.
            forced: whether a gate had refused.
            evidence: what the decision rested on, as plain data.

        Raises:
            ModelError: one of them is missing, damaged or does not run; what is in use stays.
            StorageError: the disk refuses; what is in use stays.
        """
        refs = tuple(_tried(self.find(name)).ref for name in models)
        self._history.append(Promotion(self._clock.utc(), "promote", refs, reason, forced, evidence or {}))
        return refs

    def forcing(self) -> Forcing | None:
        """The promotion past the gate that waits for a second person; none once what is in use has changed.

        Raises:
            ModelError: its file is damaged.
        """
        asked = self._forcing.read()
        return asked if asked and asked.revision == len(self._history.all()) else None

    def ask_forcing(self, models: Sequence[str], reason: str, by: int, by_name: str) -> None:
        """Keeps that somebody asks for a promotion past the gate; nothing else changes.

        Raises:
            ModelError: one of the models is missing, damaged or does not run.
            StorageError: the disk refuses.
        """
        refs = tuple(_tried(self.find(name)).ref for name in models)
        self._forcing.write(Forcing(refs, reason, by, by_name, self._clock.utc(), len(self._history.all())))

    def before_last(self) -> tuple[ModelRef, ...]:
        """What a rollback would put in use.

        Raises:
            ModelError: there is nothing to go back to.
        """
        return self._history.before_last()

    def rollback(self, *, reason: str) -> tuple[ModelRef, ...]:
        """From now on those models are in use again that were before; going on, step by step.

        Raises:
            ModelError: there is nothing to go back to, or it is gone or does not run.
            StorageError: the disk refuses; what is in use stays.
        """
        refs = self.before_last()
        for ref in refs:
            _tried(self.version(ref))
        self._history.append(Promotion(self._clock.utc(), "rollback", refs, reason))
        return refs

    def candidate(self) -> ModelRef | None:
        """The model that runs in shadow, if any."""
        try:
            plain = json.loads(self._candidate.read_text(encoding="utf-8"))
            return ModelRef(plain["name"], plain["sha256"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError) as error:
            raise ModelError("models.candidate_file_damaged", path=self._candidate) from error

    def shadow(self, name: str | None) -> ModelRef | None:
        """From now on that model runs in shadow in every pipeline; None ends that.

        Raises:
            ModelError: it is missing, damaged or does not run.
            StorageError: the disk refuses.
        """
        ref = _tried(self.find(name)).ref if name else None
        try:
            self._candidate.unlink(missing_ok=True)
            if ref:
                self._candidate.write_text(json.dumps({"name": ref.name, "sha256": ref.sha256}), encoding="utf-8")
        except OSError as error:
            raise StorageError("core.located", where=self._candidate, cause=error) from error
        return ref

    def add(self, card: ModelCard, weights: Path) -> StoredModel:
        """Takes in a model, replacing one of the same name at once or not at all. What was replaced is kept aside, so
        that what is in use stays in use and can be rolled back to. What is tried is the store's own copy.

        Raises:
            ModelError: the copy does not run; what was there stays.
            StorageError: the folder cannot be written.
        """
        target = self._imported / card.name
        try:
            self._former.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._imported, prefix=".incoming-") as incoming:
                fresh = Path(incoming) / "model"
                fresh.mkdir()
                shutil.copyfile(weights, fresh / WEIGHTS)
                (fresh / CARD).write_text(card_text(card), encoding="utf-8")
                _tried(StoredModel(card, fresh))
                self._set_aside(target, Path(incoming))
                fresh.replace(target)
        except OSError as error:
            raise StorageError("models.not_taken_in", path=target, cause=error) from error
        return StoredModel(card, target)

    def _set_aside(self, folder: Path, rubbish: Path) -> None:
        """Moves a model out of the way: to the former ones, or away where it is damaged or there already."""
        if not folder.exists():
            return
        try:
            aside = self._former / _read(folder).card.sha256
        except ModelError:
            aside = rubbish / "damaged"
        folder.replace(rubbish / "replaced" if aside.exists() else aside)


def _tried(model: StoredModel) -> StoredModel:
    """The model, having run.

    Raises:
        ModelError: it does not.
    """
    from models.session import try_out  # noqa: PLC0415 - brings onnxruntime, which a list of models needs not

    try:
        try_out(model.weights, model.card.input.size_wh)
    except ModelError as error:
        raise ModelError("models.cannot_be_used", name=repr(model.card.name), cause=error) from error
    return model


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def card_text(card: ModelCard) -> str:
    """The card as model.yaml holds it."""
    return yaml.safe_dump(card.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


def _readable(root: Path) -> Iterator[StoredModel]:
    for card in sorted(root.glob(f"*/{CARD}")):
        try:
            model = _read(card.parent)
            _check_name(model)
            yield model
        except ModelError:
            continue


def _read(folder: Path) -> StoredModel:
    path = folder / CARD
    try:
        card = ModelCard.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ModelError("models.card_not_readable", path=path, cause=error) from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ModelError("models.card_not_readable", path=path, cause=_one_line(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        cause = message_of_invalid(first)
        if first["loc"]:
            cause = Message("core.located", where=".".join(map(str, first["loc"])), cause=cause)
        raise ModelError("core.located", where=path, cause=cause) from error
    return StoredModel(card, folder)


def _check_name(model: StoredModel) -> None:
    if model.card.name != model.folder.name:
        raise ModelError(
            "models.card_names_another_folder",
            path=model.folder / CARD,
            name=repr(model.card.name),
            folder=repr(model.folder.name),
        )


def _check_digest(model: StoredModel) -> None:
    if not model.weights.is_file():
        raise ModelError("models.weights_missing", path=model.weights, name=repr(model.card.name))
    if sha256_of(model.weights) != model.card.sha256:
        raise ModelError("models.weights_differ_from_card", path=model.weights)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
