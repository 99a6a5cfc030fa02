import { z } from 'zod';
import { isCommit } from './cache-layout.js';

/** A repository at a revision. */
export const listing = z.object({
  sha: z.string().refine(isCommit),
  siblings: z.array(z.object({ rfilename: z.string() })),
});

/** A page of the files of a repository. */
export const tree = z.array(
  z.object({
    type: z.string(),
    path: z.string(),
    oid: z.string(),
    size: z.int().nonnegative(),
    lfs: z.object({ oid: z.string() }).nullish(),
  }),
);
