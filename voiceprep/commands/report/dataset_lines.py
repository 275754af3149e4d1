"""The statistics of a dataset as lines for the terminal."""

from ...batch.summary import clip_count, duration
from ...text.filelist import SPLIT_NAMES
from ...text.statistics import TextStatistics
from .overview import EPOCHS, DatasetSummary, Quantiles

# The measures shown in the terminal; the files have all.
MEASURES = (
    "seconds", "loudness_lufs", "noise_floor_db", "snr_db", "lead_seconds", "tail_seconds",
    "pitch_hz", "symbols_per_second",
)  # fmt: skip
SHOWN, UNITS_SHOWN = 4, 12
KINDS = {
    "symbols": "symbols",
    "letter_pairs": "pairs",
    "phonemes": "phonemes",
    "diphones": "diphones",
}
# Splits as different as random ones are only in so few cases are reported.
SIGNIFICANT = 0.02


def dataset_lines(dataset: DatasetSummary) -> list[str]:
    """The spread of the measures, the texts, the splits, the stop frames, the hours of training."""
    quantiles = {row.name: row for row in dataset.spreads}
    lines = ["", f"{'all clips':<21}{'min':>9}{'5 %':>9}{'median':>9}{'95 %':>9}{'max':>9}"]
    lines += [_quantile_line(quantiles[name]) for name in MEASURES if name in quantiles]
    lines += _text_lines(dataset)
    lines += _split_lines(dataset)
    frames = dataset.frames
    stop, tail = 1 / max(frames.stop_share, 1e-9), 100 * frames.tail_share
    lines.append("")
    lines.append(f"1 in {stop:.0f} mel frames is a stop frame")
    lines[-1] += f"; {tail:.1f} % of the time is silence after the speech"
    hours = {name: value for name, value in dataset.hours.items() if "A100" in name}
    times = ", ".join(f"{name.partition(',')[0]} {_hours(value)}" for name, value in hours.items())
    return [*lines, f"{EPOCHS} epochs on one A100, estimated from published speeds: {times}"]


def _quantile_line(row: Quantiles) -> str:
    values = (row.least, row.p5, row.median, row.p95, row.most)
    digits = 2 if row.unit == "s" else 1
    return f"  {row.name:<19}" + "".join(f"{value:>9.{digits}f}" for value in values)


def _text_lines(dataset: DatasetSummary) -> list[str]:
    if not dataset.texts:
        return []
    texts, lines = dataset.texts, [""]
    types = {"question": texts.questions, "exclamation": texts.exclamations}
    shares = ", ".join(
        f"{_counted(count, name)} ({100 * texts.share(count):.0f} %)"
        for name, count in types.items()
    )
    lines.append(f"{texts.words} {text_unit(texts)}, {texts.vocabulary} different; {shares}")
    if dataset.no_reference:
        lines.append(no_reference_line(dataset))
    for kind, cover in dataset.cover.items():
        if cover.covered is None:
            line = f"{KINDS[kind]}: {len(cover.counts)} different"
        else:
            line = f"{KINDS[kind]}: {100 * cover.covered:.1f} % of {dataset.reference} is covered"
        for name, units in (("missing", cover.missing), ("rare", cover.rare)):
            if units:
                more = ", …" if len(units) > UNITS_SHOWN else ""
                line += f"; {name} {len(units)}: {' '.join(units[:UNITS_SHOWN])}{more}"
        lines.append(line)
        if cover.unread:
            lines.append(f"  words that are not in the lexicon: in {clip_count(cover.unread)}")
    if dataset.additions:
        lines += ["", "sentences to record that would add the most coverage:"]
        lines += [f"  {addition.text}" for addition in dataset.additions[:SHOWN]]
    return lines


def text_unit(texts: TextStatistics) -> str:
    """What texts are counted in."""
    return "words" if texts.spaced else "letters"


def no_reference_line(dataset: DatasetSummary) -> str:
    """That nothing says how much of the language is covered, and what to do."""
    return (
        f"no reference text for this language, as {dataset.no_reference}: coverage and sentences "
        "to record need --reference FILE, one sentence per line"
    )


def _split_lines(dataset: DatasetSummary) -> list[str]:
    if not dataset.sides:
        return []
    shares = ", ".join(
        f"{SPLIT_NAMES[split]} {count} ({duration(seconds)})"
        for split, (count, seconds) in dataset.sides.shares.items()
        if count
    )
    lines = ["", f"splits: {shares}"]
    for row in dataset.sides.likeness:
        line = (
            f"  {row.what}: train and held-out clips differ by {100 * row.distance:.0f} %, "
            f"random splits of this size by {100 * row.usual:.0f} %"
        )
        if row.chance < SIGNIFICANT:
            line += f": statistically significant (p = {row.chance:.2g})"
        lines.append(line)
    for leak in dataset.sides.leaks[:SHOWN]:
        share = "the text" if leak.same else f"{100 * leak.alike:.0f} % of the words"
        lines.append(f"  leak: {leak.held} (held out) has {share} of {leak.train} (train)")
    return lines


def _counted(count: int, thing: str) -> str:
    return f"1 {thing}" if count == 1 else f"{count} {thing}s"


def _hours(hours: float) -> str:
    if hours < 0.02:
        return f"{3600 * hours:.0f} s"
    return f"{60 * hours:.0f} min" if hours < 2 else f"{hours:.0f} h"
