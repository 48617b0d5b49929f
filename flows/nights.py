"""What is told of a night: as JSON for programs and as lines for people. Leaves printing to the commands."""

from collections.abc import Mapping, Sequence

from flows.night import Night
from flows.words import FILE_WORDS
from pipeline.catalogue.batches import BatchItem
from pipeline.catalogue.nights import NightOrigin, NightRecord, NightStatus
from pipeline.clock import HOME_ZONE
from pipeline.steps.intake import printable

_ORIGINS = {
    NightOrigin.SCHEDULE: "theo lịch",
    NightOrigin.CATCH_UP: "chạy bù",
    NightOrigin.HAND: "chạy tay",
}
_STATUSES = {
    NightStatus.RUNNING: "đang chạy, hoặc vừa bị ngắt",
    NightStatus.COMPLETED: "xong",
    NightStatus.FAILED: "KHÔNG CHẠY HẾT",
    NightStatus.INTERRUPTED: "BỊ NGẮT GIỮA CHỪNG",
}

Problems = Mapping[str, Sequence[BatchItem]]
"""The files of each batch, by its id, that are not wholly in."""


def night_json(record: NightRecord, problems: Problems, night: Night | None = None) -> dict[str, object]:
    """A run. Names are in it only for whoever has just run it."""
    report = record.report
    told: dict[str, object] = {
        "id": record.id,
        "origin": record.origin,
        "status": record.status,
        "started_at": record.started_at.isoformat(),
        "ended_at": record.ended_at.isoformat() if record.ended_at else None,
        "counts": dict(report.counts),
        "waiting": report.waiting,
        "strays": report.strays,
        "left_behind": report.left_behind,
        "batches": list(report.batches),
        "problems": [
            {"batch": batch, "ordinal": item.ordinal, "status": item.status, "reason": item.reason}
            for batch, items in problems.items()
            for item in items
        ],
        "reason": record.reason,
        "is_well": record.status is NightStatus.COMPLETED and report.is_well,
    }
    if night is not None:
        told["strays_named"] = [{"name": printable(stray.name), "reason": stray.reason} for stray in night.strays]
    return told


def night_summary(record: NightRecord) -> str:
    """A run in one line."""
    report = record.report
    counts = [f"{number} {FILE_WORDS[status]}" for status, number in report.counts.items()]
    counts += [f"{report.waiting} còn đang chép"] if report.waiting else []
    counts += [f"{report.strays} không nạp được như đang nằm"] if report.strays else []
    counts += [f"{report.left_behind} để lại cho lượt sau"] if report.left_behind else []
    started = record.started_at.astimezone(HOME_ZONE).strftime("%d/%m/%Y %H:%M")
    told = ", ".join(counts) or "không có tệp nào"
    return f"Lượt nạp hộp nhận {started} ({_ORIGINS[record.origin]}, {_STATUSES[record.status]}): {told}."


def night_lines(record: NightRecord, problems: Problems, named: Sequence[str] | None = None) -> list[str]:
    """A run for a person: the counts, then what needs attention, by name where names are known."""
    lines = [night_summary(record)]
    if record.reason is not None:
        lines.append(f"  {record.reason}")
    if named is not None:
        return lines + list(named)
    lines += [
        f"  [{FILE_WORDS[item.status]}] đợt {batch}, tệp thứ {item.ordinal}: {item.reason}"
        for batch, items in problems.items()
        for item in items
    ]
    if any(problems.values()):
        lines.append("Tên các tệp không nạp được: xem thư mục failed của từng đơn vị trong hộp nhận.")
    return lines


def problem_lines(night: Night) -> list[str]:
    """What needs attention, by name; a quarantined file has none."""
    lines = [
        f"  [{FILE_WORDS[outcome.status]}] {'một tệp' if outcome.path is None else printable(outcome.path)}:"
        f" {outcome.reason}"
        for outcome in night.problems
    ]
    return lines + [f"  [không nạp] {printable(stray.name)}: {stray.reason}" for stray in night.strays]
