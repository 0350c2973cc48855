"""The product's own playout as the RTSP server of tests, which can also hang."""

import signal

from streams.playout import Playout, missing

__all__ = ["RtspServer", "missing"]


class RtspServer(Playout):
    """Serves .mp4 files while the context lasts."""

    def freeze(self) -> None:
        """Lets it hang: connections stay open, nothing comes any more."""
        self._signal(signal.SIGSTOP)

    def unfreeze(self) -> None:
        """Lets it go on."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """Ends it, also while it hangs."""
        if self._process is not None:
            self.unfreeze()
        super().stop()

    def _signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)
