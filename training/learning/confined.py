"""Ultralytics kept to itself: no network, no installing, no code out of weights files, nothing written outside a run's
folder, and its own words in a log file instead of on the screen."""

# ruff: noqa: PLC0415 - torch and Ultralytics take seconds, and are imported after `confine` only

import logging
import os
import re
import shutil
from importlib.util import find_spec
from pathlib import Path

from PIL import Image

from core.errors import InputError, StorageError

_ENVIRONMENT = {
    "YOLO_OFFLINE": "true",
    "YOLO_AUTOINSTALL": "false",
    "YOLO_VERBOSE": "false",
    "ULTRALYTICS_SAFE_LOAD": "true",  # a weights file is a pickle: only known classes are made from it
    "NO_ALBUMENTATIONS_UPDATE": "1",
    "MPLBACKEND": "Agg",
}
_NEEDED = ("torch", "torchvision", "ultralytics", "matplotlib")
_COLOUR = re.compile(r"\x1b\[[\d;]*m")


def confine(folder: Path, log: Path) -> None:
    """Sets the bounds; to be called before anything of Ultralytics is imported.

    Args:
        folder: for its settings and caches.
        log: the file of its own words.

    Raises:
        InputError: what training needs is not installed here.
        StorageError: the folder cannot be written.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise InputError("training.training_not_installed", packages=missing)
    folder = folder.resolve()
    os.environ.update(_ENVIRONMENT, YOLO_CONFIG_DIR=str(folder), MPLCONFIGDIR=str(folder / "matplotlib"))
    os.environ.pop("ULTRALYTICS_API_KEY", None)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _give_font(folder / "Ultralytics")
        _log_to(log)
    except OSError as error:
        raise StorageError("training.out_folder_unusable", path=folder, cause=error) from error
    _switch_off()


def _give_font(config: Path) -> None:
    """Puts a font where Ultralytics looks for its own, which it would fetch from the web."""
    import matplotlib as mpl

    config.mkdir(exist_ok=True)
    shutil.copyfile(Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf", config / "Arial.ttf")


def _log_to(path: Path) -> None:
    opened = Image.open
    from ultralytics.utils import LOGGER

    Image.open = opened  # Ultralytics replaces it by one that wants to install what reads a broken picture
    logging.captureWarnings(capture=True)
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(_Plain())
    for logger in (LOGGER, logging.getLogger("py.warnings"), logging.getLogger("matplotlib")):
        logger.handlers = [handler]
        logger.propagate = False
    LOGGER.setLevel(logging.INFO)


def _switch_off() -> None:
    """What reports to others is off, whether or not it is installed."""
    from ultralytics import settings

    names = ("sync", "clearml", "comet", "dvc", "mlflow", "raytune", "tensorboard", "wandb")
    settings.update(dict.fromkeys((name for name in names if name in settings), False))


class _Plain(logging.Formatter):
    """A line with its time, without the colours of a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return _COLOUR.sub("", f"{self.formatTime(record)} {super().format(record)}")
