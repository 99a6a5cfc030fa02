import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SegmentStore } from '#rooms/store';
import { storeSuite } from './store-suite.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-store-'));

storeSuite(
  'the store of segments',
  () => SegmentStore.open(join(folder, 'test.index')),
  async () => rmSync(folder, { recursive: true }),
);
