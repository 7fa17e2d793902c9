"""The table of tools/gpu run: FOLDER holds steps.tsv and what each step printed; Markdown goes to standard output."""

import json
import pathlib
import re
import sys


def text(path):
    return path.read_text(errors="replace") if path.exists() else ""


def document(path):
    try:
        return json.loads(text(path))
    except ValueError:
        return None


def last_line(*paths):
    lines = [line.strip() for path in paths for line in text(path).splitlines() if line.strip()]
    return lines[-1] if lines else ""


def outcome(code):
    names = {"0": "done", "skipped": "no time left", "130": "interrupted"} | dict.fromkeys(("124", "137"), "stopped at its limit")
    return names.get(code, f"exit code {code}")


def of_verify(result, _):
    counts = result["counts"]
    words = ", ".join(f"{counts.get(key, 0)} {word}" for key, word in (
        ("passed", "passed"), ("failed", "failed"), ("waived", "waived"), ("notApplicable", "not applicable")))
    failed = [check["id"] for check in result["checks"] if check["status"] == "failed"]
    words += ": " + ", ".join(failed) if failed else ""
    for check in result["checks"]:
        if check["id"] == "op.flrelu.device":
            left = f" (not checked: {check['leavesOut']})" if check.get("leavesOut") else ""
            words += f"; {check['id']} {check['status']}{left}"
    return words


def of_vectors(result, _):
    files = result["files"]
    agree = sum(bool(file.get("passed")) for file in files)
    return f"{agree} of {len(files) + len(result['unreadable'])} files agree"


def of_bench(result, _):
    rates = result["rates"]
    dense = rates["bFloat16Gflops"] if "bfloat16" in result["networks"] else rates["float32Gflops"]
    layers = [layer for layer in result["layers"] if "ToRGB" not in layer["name"]] or result["layers"]
    best = max(layers, key=lambda layer: layer["gigabytesPerSecond"])
    iteration = result["iteration"]
    return "; ".join([
        f"ratio {result['forward']['ratio']:.2f} forward, {iteration['ratio']:.2f} iteration",
        f"convolutions {iteration['convolutionGflops'] / 1e3:.1f} TFLOP/s, whole {iteration['achievedGflops'] / 1e3:.1f}, "
        f"dense product {dense / 1e3:.1f}",
        f"rows last {1e3 * result['rowsLastPerImage']:.2f} ms/image, channels last {1e3 * result['channelsLastPerImage']:.2f}",
        f"{best['selected']} up to {best['gigabytesPerSecond']:.0f} GB/s of {rates['copyGigabytesPerSecond']:.0f}",
    ])


def of_kimg(result, log):
    found = re.findall(r"^(\S+): ([0-9.]+) s/kimg", log, re.MULTILINE)
    words = [f"{name} {seconds} s/kimg" for name, seconds in found]
    for c in (result or {}).get("configurations", []):
        if c["seconds"] is None:
            words.append(f"{c['name']} does not fit")
        elif c["batchDevice"] != c["batch"]:
            words.append(f"{c['name']} in parts of {c['batchDevice']}")
    return "; ".join(words)


def of_training(folder):
    ticks = []
    for line in text(folder / "run" / "log.jsonl").splitlines():
        entry = json.loads(line)
        if entry.get("type") == "tick":
            ticks.append(entry)
    if len(ticks) < 3:
        return f"{len(ticks)} lines of statistics"
    key = "deviceMemoryBytes" if ticks[-1].get("deviceMemoryBytes") else "memoryBytes"
    memory = [tick[key] / 2**20 for tick in ticks[1:]]
    kind = "GPU" if key == "deviceMemoryBytes" else "resident"
    return (f"{ticks[-1]['kimg']:g} kimg, {ticks[-1]['secondsPerKimg']:.1f} s/kimg, "
            f"{kind} memory {min(memory):.0f} to {max(memory):.0f} MiB over {len(memory)} lines, last {memory[-1]:.0f}")


def figures(folder, name):
    result, log = document(folder / f"{name}.json"), text(folder / f"{name}.log")
    if name == "train":
        return lines_with(folder / "train.txt", "^Done|^Interrupted")
    if name == "resume":
        return of_training(folder)
    if name.startswith("kimg"):
        return of_kimg(result, log)
    if result is not None:
        read = of_vectors if name == "verify-vectors" else of_verify if name.startswith("verify") else of_bench
        return read(result, log)
    if name == "machine":
        return lines_with(folder / "machine.txt", "MiB /") or "no NVIDIA driver"
    if name == "doctor":
        return lines_with(folder / "doctor.txt", "^libtorch|^CUDA|^FAILED")
    return last_line(folder / f"{name}.txt", folder / f"{name}.log")


def lines_with(path, pattern):
    return "; ".join(re.sub(r"[|\s]+", " ", line).strip() for line in text(path).splitlines() if re.search(pattern, line))


def main():
    folder = pathlib.Path(sys.argv[1])
    print(f"# tools/gpu run, {text(folder / 'commit').strip()}\n")
    print("| step | outcome | s | figures |\n| --- | --- | --- | --- |")
    for line in text(folder / "steps.tsv").splitlines():
        name, code, seconds = line.split("\t")
        try:
            words = "" if code == "skipped" else figures(folder, name)
        except (KeyError, TypeError, ValueError) as error:
            words = f"figures cannot be read: {error!r}"
        print(f"| {name} | {outcome(code)} | {seconds} | {words.replace('|', '/')[:400]} |")


if __name__ == "__main__":
    main()
