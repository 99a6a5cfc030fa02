/** Returns a function that tells the milliseconds of CPU time since now, which other programs do not lengthen. */
export function cpuClock(): () => number {
  const start = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
}
