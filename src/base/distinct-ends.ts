/**
 * Returns the ends of paths, as short as tells them apart: "a/x/m.onnx" and "b/x/m.onnx" → themselves, "a/m" and "b/n"
 * → "m" and "n".
 *
 * @param least parts that an end has in any case; one by default
 */
export function distinctEnds(
  paths: readonly string[],
  least: (parts: readonly string[]) => number = () => 1,
): string[] {
  const parts = paths.map((path) => path.split(/[\\/]/).filter((part) => part !== ''));
  const lengths = parts.map(least);
  for (;;) {
    const ends = parts.map((own, i) => own.slice(-lengths[i]).join('/'));
    const counts = new Map<string, number>();
    for (const end of ends) {
      counts.set(end, (counts.get(end) ?? 0) + 1);
    }
    const longer = ends.flatMap((end, i) => (counts.get(end) !== 1 && lengths[i] < parts[i].length ? [i] : []));
    if (longer.length === 0) {
      return ends;
    }
    for (const i of longer) {
      lengths[i]++;
    }
  }
}
