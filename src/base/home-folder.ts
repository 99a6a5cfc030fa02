import { homedir, userInfo } from 'node:os';

/**
 * Returns the home folder of the user. Where `HOME` is empty it is that of the system's list of users; for a user whom
 * that does not have, as in many containers, it is the root folder, as Docker says it.
 */
export function homeFolder(): string {
  try {
    return homedir() || userInfo().homedir;
  } catch {
    return '/';
  }
}
