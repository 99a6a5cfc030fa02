/**
 * Looks whether the hot loops of the kernels keep their sums in registers. Compilers that move them to the stack cost up
 * to three quarters of the speed, and no test of results sees it.
 */
import { execFileSync } from 'node:child_process';
import { basename } from 'node:path';

/** The hot loops by object file: in which functions they are, and how many products each has. */
const hotLoops = {
  'isa_avx512vnni.o': { function: /multiply_tile<6, 4, (?:true|false)>/, count: 2, product: 'vpdpbusd', products: 24 },
  'isa_avx2.o': { function: /WeightTile::run<4>/, count: 1, product: 'vpmaddubsw', products: 16 },
};

/**
 * @param object path of an object file of kernels
 * @returns what is wrong, or undefined; also undefined where nothing is known of it, or where there is no objdump
 */
export function findStackTraffic(object) {
  const loop = hotLoops[basename(object)];
  if (loop === undefined) {
    return undefined;
  }
  let code;
  try {
    code = execFileSync('objdump', ['-d', '-C', '--no-show-raw-insn', object], {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
  } catch {
    return undefined;
  }
  const bodies = [...code.matchAll(new RegExp(`${loop.function.source}[^\\n]*>:\\n([\\s\\S]*?)\\n\\n`, 'g'))];
  if (bodies.length !== loop.count) {
    return `${loop.function.source} is not in it`;
  }
  return bodies.map(([, body]) => stackTrafficIn(body, loop)).find((traffic) => traffic !== undefined);
}

function stackTrafficIn(body, { product, products }) {
  const lines = body.split('\n');
  const found = lines.filter((line) => line.includes(product)).length;
  const inLoop = lines.slice(
    lines.findIndex((line) => line.includes(product)),
    lines.findLastIndex((line) => line.includes(product)),
  );
  const moves = inLoop.filter(
    (line) => /vmovdqa|vmovdqu|vmovaps|vmovups/.test(line) && /rsp|rbp|[yz]mm\d+,%[yz]mm/.test(line),
  );
  if (found < products) {
    return `it has ${found} products in place of ${products}`;
  }
  return moves.length > 0 ? `its loop moves sums: ${moves[0].trim()}` : undefined;
}
