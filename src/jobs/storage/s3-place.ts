import type { S3Client } from '@aws-sdk/client-s3';

/** The package, which is optional and loaded late, and a client of it. */
export interface S3 {
  readonly sdk: typeof import('@aws-sdk/client-s3');
  readonly client: S3Client;
}

/** An object of a bucket. */
export interface S3Place {
  readonly at: { readonly Bucket: string; readonly Key: string };
  /** What errors call it. */
  readonly name: string;
}
