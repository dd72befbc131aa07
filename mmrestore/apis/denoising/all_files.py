"""Restore all files of a folder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mmrestore.apis.denoising.candidates import Candidate
from mmrestore.apis.denoising.prepare import pixels_of
from mmrestore.apis.denoising.progress import Progress
from mmrestore.apis.denoising.restore import Choose, Output, restore_file
from mmrestore.apis.denoising.results import Result, Results
from mmrestore.apis.restore_plan import Job
from mmrestore.files import printable

LOSSLESS = 24  # pictures up to which the report shows PNG
MANY = 60  # pictures from which on its parts are smaller
SIDES, VIEW_QUALITY = (256, 160), 88


class AllFiles:
    """The files of a folder and their results, also after an interruption.

    Attributes:
        finished: results by the name of the file.
        problems: files that could not be restored, a line each.

    Args:
        jobs: files and their results.
        names: of the files, relative to the folder.
        results: where results are kept.
        resume: whether files that are finished are passed over.
    """

    def __init__(
        self, jobs: Sequence[Job], names: Sequence[str], results: Results, *, resume: bool
    ) -> None:
        self.jobs, self.names, self.results = jobs, names, results
        self.finished: dict[str, Result] = {}
        self.problems: list[str] = []
        if resume:
            for job, name in zip(jobs, names, strict=True):
                if (result := results.read(job)) is not None:
                    self.finished[name] = result

    @property
    def todo(self) -> list[tuple[Job, str]]:
        """The files that are not finished, with their names."""
        pairs = zip(self.jobs, self.names, strict=True)
        return [(job, name) for job, name in pairs if name not in self.finished]

    @property
    def in_order(self) -> list[Result]:
        """The results in the order of the files."""
        return [self.finished[name] for name in self.names if name in self.finished]

    def restore(self, denoiser: Candidate, choose: Choose, out: Output) -> None:
        """Restore the files that are not finished; damaged ones do not stop the others.

        Raises:
            OSError: a result cannot be written; those written before are whole.
        """
        todo = self.todo
        bar = Progress(sum(pixels_of(job) for job, _ in todo), len(todo))
        out = _sized(out, len(self.jobs))
        try:
            for job, name in todo:
                self._restore_one(job, name, denoiser, choose, out, bar)
        finally:
            bar.close()

    def _restore_one(
        self, job: Job, name: str, denoiser: Candidate, choose: Choose, out: Output, bar: Progress
    ) -> None:
        most = pixels_of(job)

        def count(module: object, inputs: tuple[Any, ...]) -> None:
            bar.advance(inputs[0].shape[0] * inputs[0].shape[2] * inputs[0].shape[3], most)

        counting = denoiser.backbone.register_forward_pre_hook(count)
        try:
            result = restore_file(job, name, denoiser, choose, out)
            self.results.write(job, result)
            self.finished[name] = result
        except ValueError as error:
            text = str(error)
            named = str(job.source) in text
            self.problems.append(text if named else f'{printable(job.source)}: {text}')
        finally:
            counting.remove()
        bar.finish(most)


def _sized(out: Output, pictures: int) -> Output:
    """Return how the report shows pictures, so that its size stays reasonable."""
    quality = None if pictures <= LOSSLESS else VIEW_QUALITY
    return out._replace(view_side=SIDES[pictures > MANY], view_quality=quality)
