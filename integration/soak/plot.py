"""Draws what a soak has recorded."""
import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt  # noqa: E402

PANELS = (("KiB", ("KiB",), "linear"), ("descriptors", ("descriptors",), "linear"),
          ("latency, ms", ("p50 ms", "worst ms"), "log"))
COLOURS = {"aborts": "#f4d58d", "reload": "#bfd7ea", "no memory": "#f2b5a7"}
STEPS = 400  # points of a line; more make a file that nobody loads


def spans(rows):
    """(phase, begin, end) of what follows each other."""
    begin = 0
    for i in range(1, len(rows) + 1):
        if i == len(rows) or rows[i]["phase"] != rows[begin]["phase"]:
            yield rows[begin]["phase"], rows[begin]["seconds"] / 60, rows[i - 1]["seconds"] / 60
            begin = i


def draw(rows, title, path):
    figure, axes = plt.subplots(len(PANELS), sharex=True, figsize=(10, 7), layout="constrained")
    figure.suptitle(title)
    shown = rows[::max(1, len(rows) // STEPS)]
    for axis, (label, columns, scale) in zip(axes, PANELS):
        for column in columns:
            axis.plot([r["seconds"] / 60 for r in shown], [r[column] for r in shown], lw=0.8, label=column)
        for phase, begin, end in spans(rows):
            if phase in COLOURS:
                axis.axvspan(begin, end, color=COLOURS[phase], lw=0)
        axis.set_ylabel(label)
        axis.set_yscale(scale)
        if scale == "linear":
            axis.set_ylim(bottom=0)
    axes[-1].legend(loc="upper right")
    axes[-1].set_xlabel("minutes; shaded: clients leave (yellow), reload (blue), no memory (red)")
    figure.savefig(path, dpi=70)
    plt.close(figure)
