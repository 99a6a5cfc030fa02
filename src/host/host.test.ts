import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCgroupLimits } from './cgroup.js';
import { cpuBudget, type HostFacts, memoryBudget, readHostFacts } from './host.js';

/** A root folder with the given files. */
function root(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'octavec-host-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

const second = (path: string, mountRoot = '/') => ({
  'proc/self/cgroup': `0::${path}\n`,
  'proc/self/mountinfo': `31 23 0:28 ${mountRoot} /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n`,
});

const first = (path: string, mountRoot = '/') => ({
  'proc/self/cgroup': `5:memory:${path}\n4:cpu,cpuacct:${path}\n1:name=systemd:${path}\n`,
  'proc/self/mountinfo': [
    `31 23 0:28 ${mountRoot} /sys/fs/cgroup/cpu,cpuacct rw,nosuid - cgroup cgroup rw,cpu,cpuacct`,
    `32 23 0:29 ${mountRoot} /sys/fs/cgroup/memory rw,nosuid - cgroup cgroup rw,memory`,
    '33 23 0:30 / /proc rw - proc proc rw',
  ].join('\n'),
});

describe('readCgroupLimits', () => {
  test('version 2: the smallest quota up to the root counts', async () => {
    const path = root({
      ...second('/a/b'),
      'sys/fs/cgroup/a/b/cpu.max': '400000 100000\n',
      'sys/fs/cgroup/a/cpu.max': '150000 100000\n',
      'sys/fs/cgroup/a/b/memory.max': 'max\n',
      'sys/fs/cgroup/a/memory.max': '1073741824\n',
    });
    expect(await readCgroupLimits(path)).toEqual({
      cpu: { value: 1.5, source: '/sys/fs/cgroup/a/cpu.max' },
      memory: { value: 2 ** 30, source: '/sys/fs/cgroup/a/memory.max' },
    });
  });

  test('version 2 in a container: the group is the root of what is mounted', async () => {
    const path = root({ ...second('/'), 'sys/fs/cgroup/cpu.max': '50000 100000\n' });
    expect((await readCgroupLimits(path)).cpu?.value).toBe(0.5);
  });

  test('version 1, from the host and from a container without a namespace of its own', async () => {
    const files = {
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n',
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    };
    const own = {
      'sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_quota_us': '200000\n',
      'sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_period_us': '50000\n',
    };
    expect(await readCgroupLimits(root({ ...first('/docker/x'), ...files, ...own }))).toEqual({
      cpu: { value: 4, source: '/sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_quota_us' },
    });
    const inside = {
      ...first('/docker/x', '/docker/x'),
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '10000\n',
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
    };
    expect((await readCgroupLimits(root(inside))).cpu?.value).toBe(0.1);
  });

  test('version 1 and an empty version 2 side by side', async () => {
    const hybrid = first('/job');
    const path = root({
      'proc/self/cgroup': `${hybrid['proc/self/cgroup']}0::/job\n`,
      'proc/self/mountinfo': `${hybrid['proc/self/mountinfo']}\n41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n`,
      'sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us': '300000\n',
      'sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us': '100000\n',
    });
    expect((await readCgroupLimits(path)).cpu?.value).toBe(3);
  });

  test('no limits where there are no groups, or none is set', async () => {
    expect(await readCgroupLimits(root({}))).toEqual({});
    expect(await readCgroupLimits(root({ ...second('/a'), 'sys/fs/cgroup/a/cpu.max': 'max 100000\n' }))).toEqual({});
  });
});

describe('cpuBudget', () => {
  const facts = (physicalCores: number, visibleCpus: number, quota?: number): HostFacts => ({
    platform: 'linux-x64',
    cpuModel: 'test',
    cpuFlags: [],
    machineCpus: visibleCpus,
    visibleCpus,
    physicalCores,
    cpuQuota: quota === undefined ? undefined : { value: quota, source: 'cpu.max' },
    memoryBytes: 8 * 2 ** 30,
    memoryLimit: { value: 2 ** 30, source: 'memory.max' },
  });

  test.each([
    [8, 16, undefined, 8, '8 physical cores of 16 CPUs, no cgroup quota'],
    [8, 8, 4, 4, '8 physical cores, cgroup quota 4.0'],
    [8, 8, 1.9, 1, '8 physical cores, cgroup quota 1.9'],
    [2, 2, 0.5, 1, '2 physical cores, cgroup quota 0.5'],
    [1, 2, 8, 1, '1 physical core of 2 CPUs, cgroup quota 8.0'],
  ])('%i cores, %i CPUs, quota %s → %i threads', (cores, visible, quota, threads, reason) => {
    expect(cpuBudget(facts(cores, visible, quota))).toEqual({ threads, reason });
  });

  test('memory is what the group grants', () => {
    expect(memoryBudget(facts(1, 1))).toBe(2 ** 30);
  });
});

describe('readHostFacts', () => {
  test('counts the cores among the CPUs that may be used', async () => {
    const siblings = (cpu: number) => [
      `sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`,
      `${cpu % 4},${(cpu % 4) + 4}\n`,
    ];
    const path = root({
      ...Object.fromEntries([0, 1, 2, 3, 4, 5, 6, 7].map(siblings)),
      'proc/self/status': 'Name:\tnode\nCpus_allowed_list:\t1-3,5\n',
      'proc/cpuinfo': 'processor\t: 0\nflags\t\t: fpu avx2 avx512_vnni\n',
    });
    const facts = await readHostFacts(path);
    expect(facts.physicalCores).toBe(Math.min(3, facts.visibleCpus));
    expect(facts.cpuFlags).toEqual(['fpu', 'avx2', 'avx512_vnni']);
  });

  test('knows this machine', async () => {
    const facts = await readHostFacts();
    expect(facts.visibleCpus).toBeGreaterThanOrEqual(1);
    expect(facts.physicalCores).toBeGreaterThanOrEqual(1);
    expect(memoryBudget(facts)).toBeGreaterThan(0);
  });
});
