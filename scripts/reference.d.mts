import type { Command } from 'commander';
import type { z } from 'zod';

export function cliReference(commands: readonly Command[]): string;
export function configurationTable(schema: z.ZodObject, variables: Readonly<Record<string, string>>): string;
export function withTable(page: string, made: string): string;
