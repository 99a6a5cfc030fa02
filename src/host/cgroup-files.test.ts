import { describe, expect, test } from 'vitest';
import { parseCfsQuota, parseCpuMax, parseHierarchies, parseMemoryLimit, parseThrottling } from './cgroup-files.js';

/** Files as they were found on real systems. */
const docker1 = {
  groups: `12:cpuset:/docker/4f1d
11:cpu,cpuacct:/docker/4f1d
5:memory:/docker/4f1d
1:name=systemd:/docker/4f1d
0::/system.slice/containerd.service
`,
  mounts: `1520 1519 0:30 /docker/4f1d /sys/fs/cgroup/systemd ro,nosuid - cgroup cgroup rw,xattr,name=systemd
1524 1519 0:35 /docker/4f1d /sys/fs/cgroup/cpu,cpuacct ro,nosuid,nodev - cgroup cgroup rw,cpu,cpuacct
1530 1519 0:41 /docker/4f1d /sys/fs/cgroup/memory ro,nosuid,nodev - cgroup cgroup rw,memory
`,
};
const systemd2 = {
  groups: '0::/user.slice/user-1000.slice/session-3.scope\n',
  mounts: '30 23 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate\n',
};
const kubernetes2 = {
  groups: '0::/\n',
  mounts:
    '1403 1402 0:27 /kubepods.slice/pod1.scope /sys/fs/cgroup ro,nosuid,nodev - cgroup2 cgroup rw,nsdelegate,memory_recursiveprot\n',
};

describe('parseHierarchies', () => {
  test('version 1 in a container: the own group is the root of what is mounted', () => {
    expect(parseHierarchies(docker1.groups, docker1.mounts)).toEqual([
      { controllers: ['name=systemd'], folders: ['/sys/fs/cgroup/systemd'] },
      { controllers: ['cpu', 'cpuacct'], folders: ['/sys/fs/cgroup/cpu,cpuacct'] },
      { controllers: ['memory'], folders: ['/sys/fs/cgroup/memory'] },
    ]);
  });

  test('version 2 under systemd: every level up to the root', () => {
    expect(parseHierarchies(systemd2.groups, systemd2.mounts)).toEqual([
      {
        folders: [
          '/sys/fs/cgroup/user.slice/user-1000.slice/session-3.scope',
          '/sys/fs/cgroup/user.slice/user-1000.slice',
          '/sys/fs/cgroup/user.slice',
          '/sys/fs/cgroup',
        ],
      },
    ]);
  });

  test('version 2 with a namespace of its own, as in Kubernetes', () => {
    expect(parseHierarchies(kubernetes2.groups, kubernetes2.mounts)).toEqual([{ folders: ['/sys/fs/cgroup'] }]);
  });

  test('a mount point with a space in its name', () => {
    const mounts = '30 23 0:26 / /my\\040groups rw - cgroup2 cgroup2 rw\n';
    expect(parseHierarchies('0::/a\n', mounts)).toEqual([{ folders: ['/my groups/a', '/my groups'] }]);
  });

  test('nothing, and nonsense', () => {
    expect(parseHierarchies('', '')).toEqual([]);
    expect(parseHierarchies('a\nb:c\n', 'x y z\n- - -\n')).toEqual([]);
  });
});

test.each([
  ['max 100000\n', undefined],
  ['50000 100000\n', 0.5],
  ['10000 100000\n', 0.1],
  ['250000 50000', 5],
  ['', undefined],
  ['0 100000', undefined],
  ['nonsense', undefined],
])('cpu.max %j → %s CPUs', (text, cpus) => {
  expect(parseCpuMax(text)).toBe(cpus);
});

test('cpu.cfs_quota_us', () => {
  expect(parseCfsQuota('-1\n', '100000\n')).toBeUndefined();
  expect(parseCfsQuota('150000\n', '100000\n')).toBe(1.5);
  expect(parseCfsQuota('20000\n')).toBe(0.2);
});

test('memory limits', () => {
  expect(parseMemoryLimit('max\n')).toBeUndefined();
  expect(parseMemoryLimit('9223372036854771712\n')).toBeUndefined();
  expect(parseMemoryLimit('536870912\n')).toBe(2 ** 29);
});

describe('parseThrottling', () => {
  test('version 2, in microseconds', () => {
    const text =
      'usage_usec 1403\nuser_usec 1000\nsystem_usec 403\nnr_periods 442\nnr_throttled 440\nthrottled_usec 44920033\nnr_bursts 0\nburst_usec 0\n';
    expect(parseThrottling(text)).toEqual({ periods: 442, throttledPeriods: 440, throttledSeconds: 44.920033 });
  });

  test('version 1, in nanoseconds', () => {
    const text = 'nr_periods 118\nnr_throttled 102\nthrottled_time 2869867250\nnr_bursts 0\nburst_time 0\n';
    expect(parseThrottling(text)).toEqual({ periods: 118, throttledPeriods: 102, throttledSeconds: 2.86986725 });
  });

  test('a root of version 2 does not speak of it', () => {
    expect(parseThrottling('usage_usec 1403\nuser_usec 1000\nsystem_usec 403\n')).toBeUndefined();
    expect(parseThrottling('')).toBeUndefined();
  });
});
