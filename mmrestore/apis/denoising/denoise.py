"""Denoise a folder of photographs, from inspection to verdict."""

from __future__ import annotations

import errno
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from mmrestore.apis.denoising.all_files import AllFiles
from mmrestore.apis.denoising.candidates import build_candidate
from mmrestore.apis.denoising.decide import Judged, Rule, choose_strength
from mmrestore.apis.denoising.learn import NAMES, choose_denoiser
from mmrestore.apis.denoising.look import Table, look
from mmrestore.apis.denoising.options import MINUTES, Options, read_output, read_strength
from mmrestore.apis.denoising.prepare import (
    described_files,
    names_of,
    plan_denoising,
    space_warning,
)
from mmrestore.apis.denoising.report import REPORT, Account, write_report
from mmrestore.apis.denoising.restore import Output
from mmrestore.apis.denoising.results import Result, Results
from mmrestore.apis.denoising.sample import read_sample
from mmrestore.apis.denoising.shipped import shipped_denoiser
from mmrestore.apis.denoising.verdict import counted, verdict
from mmrestore.apis.networks import choose_device
from mmrestore.datasets.image_writer import QUALITY
from mmrestore.files import expand, printable


class Denoised(NamedTuple):
    """Result of denoising a folder.

    - ``output``: the folder of the results, with ``report.html``;
    - ``results``: of each file, in order;
    - ``verdict``: in plain words, a line each;
    - ``problems``: files that could not be restored, a line each.
    """

    output: Path
    results: list[Result]
    verdict: list[str]
    problems: list[str]


def denoise(
    folder: str | Path,
    *,
    output: str | Path | None = None,
    method: str = 'auto',
    minutes: float | None = None,
    strength: str | float = 'auto',
    careful: bool = False,
    format: str = 'png',
    quality: int = QUALITY,
    resume: bool = False,
    device: str | int | None = None,
    checkpoint: str | Path | None = None,
    steps: int | None = None,
    say: Callable[[str], None] = print,
) -> Denoised:
    """Denoise the pictures of a folder without clean ones; what ``mmrestore denoise`` does.

    Args:
        folder: the folder, or one picture. It is only read.
        output: folder of the results; by default ``FOLDER-denoised`` beside the folder.
        method: ``'auto'`` adapts the shipped network to the folder and uses what is better;
            ``'shipped'``; ``'adapted'``, whatever is better; ``'bilateral'``, a filter.
        minutes: of self-training; by default 5 on a CPU and 1 on a GPU; 0 for none.
        strength: ``'auto'`` chooses one for each picture; or a number from 0, which changes
            nothing, to 1.
        careful: halve the strengths that are chosen.
        format: of the results, ``'png'``, ``'jpg'``, ``'tiff'``, or ``'keep'`` for that of each
            input.
        quality: of JPEG and WebP, 1 to 100.
        resume: go on in an output folder: files that are finished with the same options and have
            not changed are not restored again, and what was learned is used.
        device: where it runs; a GPU if there is one by default.
        checkpoint: a denoiser to start from in place of the shipped one.
        steps: of self-training, in place of ``minutes``, for results that repeat.
        say: gets what is told, a line each.

    Raises:
        FileNotFoundError: there is no such checkpoint.
        ValueError: an option is out of range, or no picture can be read.
        OSError: a result cannot be written. Those written before are whole, and the report is of
            them.
        KeyboardInterrupt: by Ctrl-C while pictures are restored; as ``OSError``.
    """
    device = choose_device(device)
    options = Options(
        folder=expand(folder),
        output=read_output(folder, output),
        device=device,
        minutes=MINUTES[device.partition(':')[0]] if minutes is None else minutes,
        method=method,
        strength=read_strength(strength),
        careful=careful,
        format=format,
        quality=quality,
        resume=resume,
        checkpoint=None if checkpoint is None else expand(checkpoint),
        steps=steps,
    )
    return run(options, say)


def run(options: Options, say: Callable[[str], None]) -> Denoised:
    """Denoise a folder with checked options; see :func:`denoise`."""
    account = Account(f'Denoised: {printable(options.folder)}')

    def tell(line: str) -> None:
        account.steps.append(line)
        say(line)

    config, checkpoint = shipped_denoiser(options.checkpoint)
    plan = plan_denoising(options.folder, options.output, options.format)
    names = names_of(options.folder, plan.jobs)
    results = Results(options.output, options.of_results)
    files = AllFiles(plan.jobs, names, results, resume=options.resume)
    tell(
        f'{printable(options.folder)}: {described_files(plan.jobs)}. Results go to '
        f'{printable(options.output)}; the originals stay as they are.'
    )
    for line in (*plan.left_out, *plan.problems):
        tell(line)
    if options.resume and files.finished:
        tell(f'{counted(len(files.finished), "picture")} finished before.')
    if (warning := space_warning(plan.jobs, options.output, options.format)) is not None:
        tell(warning)
    if not files.todo:
        return _end(options, account, files, plan.problems, say)
    shipped = build_candidate(config, checkpoint, device=options.device)
    sample = read_sample(plan.jobs, names)
    if not sample:
        raise ValueError(f'no picture of {printable(options.folder)} can be read')
    looked = look(sample, plan.jobs, [job for job, _ in files.todo], shipped)
    account.tables += looked.tables
    for line in looked.lines:
        say(line)
    for line in looked.advice:
        tell(line)
    tell(looked.plan(options))
    chosen = choose_denoiser(sample, shipped, config, checkpoint, options, tell)
    account.tables.append(_judged(chosen.judged))
    tell(f'Pictures are restored by: {NAMES[chosen.method]}.')
    choose = partial(
        choose_strength,
        denoiser=chosen.denoiser,
        shipped=shipped,
        rule=Rule(options.strength, options.careful),
    )
    out = Output(options.output, options.quality)
    try:
        files.restore(chosen.denoiser, choose, out)
    except KeyboardInterrupt:
        tell(f'Stopped by Ctrl-C: {_left(files)}; --resume restores the rest.')
        _end(options, account, files, plan.problems, say)
        raise
    except OSError as error:
        with suppress(OSError):
            _end(options, account, files, plan.problems, say)
        raise OSError(
            f'{error}. {_left(files)}: {_advice(error)} and start again with --resume'
        ) from error
    return _end(options, account, files, plan.problems, say)


def _end(
    options: Options,
    account: Account,
    files: AllFiles,
    problems: list[str],
    say: Callable[[str], None],
) -> Denoised:
    """Write the report and say the verdict on what there is."""
    account.problems = [*problems, *files.problems]
    account.verdict = verdict(files.in_order, unread=len(account.problems))
    for line in files.problems:
        say(line)
    for line in account.verdict:
        say(line)
    for what, names in _lost(files.in_order).items():
        say(f'The format does not keep: {what}, of {counted(len(names), "picture")}.')
    write_report(options.output, account, files.in_order)
    say(f'Before and after: {printable(options.output / REPORT)}')
    return Denoised(options.output, files.in_order, account.verdict, account.problems)


def _judged(judged: dict[str, Judged]) -> Table:
    rows = [[NAMES[name], f'{j.gain:.2f}', f'{j.strength:.2f}'] for name, j in judged.items()]
    return 'Denoisers on the sample', ['denoiser', 'G', 'mean strength'], rows


def _left(files: AllFiles) -> str:
    return f'{len(files.finished)} of {counted(len(files.jobs), "picture")} restored and whole'


def _lost(results: list[Result]) -> dict[str, list[str]]:
    lost: dict[str, list[str]] = {}
    for result in results:
        for what in result.lost:
            lost.setdefault(what, []).append(result.name)
    return lost


def _advice(error: OSError) -> str:
    causes = (error, error.__cause__)
    full = (errno.ENOSPC, errno.EDQUOT)
    is_full = any(isinstance(each, OSError) and each.errno in full for each in causes)
    return 'free some space' if is_full else 'make the folder writable'
