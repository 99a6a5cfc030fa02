/**
 * Looks whether the hot loop of the AVX-512 kernel keeps its sums in registers. Compilers that move them to the stack
 * cost three quarters of the speed, and no test of results sees it.
 */
import { execFileSync } from 'node:child_process';

/**
 * @param object path of the AVX-512 kernels' object file
 * @returns what is wrong, or undefined; also undefined where there is no objdump
 */
export function findStackTraffic(object) {
  let code;
  try {
    code = execFileSync('objdump', ['-d', '-C', '--no-show-raw-insn', object], {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
  } catch {
    return undefined;
  }
  const bodies = [...code.matchAll(/multiply_tile<6, 4, (?:true|false)>[^\n]*>:\n([\s\S]*?)\n\n/g)];
  if (bodies.length !== 2) {
    return 'the kernels of 6 rows × 64 columns are not in it';
  }
  return bodies.map(([, body]) => stackTrafficIn(body)).find((traffic) => traffic !== undefined);
}

function stackTrafficIn(body) {
  const lines = body.split('\n');
  const dots = lines.filter((line) => line.includes('vpdpbusd')).length;
  const inLoop = lines.slice(
    lines.findIndex((line) => line.includes('vpdpbusd')),
    lines.findLastIndex((line) => line.includes('vpdpbusd')),
  );
  const moves = inLoop.filter(
    (line) => /vmovdqa|vmovdqu|vmovaps|vmovups/.test(line) && /rsp|rbp|zmm\d+,%zmm/.test(line),
  );
  if (dots < 24) {
    return `it has ${dots} dot products in place of 24`;
  }
  return moves.length > 0 ? `its loop moves sums: ${moves[0].trim()}` : undefined;
}
