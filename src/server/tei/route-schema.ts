import type { z } from 'zod';
import { errorResponse } from './schemas.js';

export const tags = ['Text Embeddings Inference'];
export const errors = { '4xx': errorResponse, '5xx': errorResponse };

/** Describes a route of TEI: what it takes, and what it answers. */
export function teiRoute<Body extends z.ZodType, Answer extends z.ZodType>(
  summary: string,
  body: Body,
  answer: Answer,
) {
  return { schema: { tags, summary, body, response: { 200: answer, ...errors } } };
}
