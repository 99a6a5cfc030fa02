import { Option } from 'commander';

/** Returns the option that says where the queue is. */
export function redisOption(): Option {
  return new Option('--redis <url>', 'Redis that holds the queue').env('REDIS_URL').default('redis://127.0.0.1:6379');
}
