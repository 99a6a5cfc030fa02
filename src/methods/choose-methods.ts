import { isDeepStrictEqual } from 'node:util';
import { methodNames, OctavecError } from '../base/index.js';
import { type ChosenMethod, type MethodChoice, methodNamed, methods } from './registry.js';

/**
 * Chooses the methods that are asked for, each once.
 *
 * @throws USAGE for a name that is no method, for an option that a method does not know or that is out of range, and for a method
 *   that is asked for with one option and with another
 */
export function chooseMethods(to: readonly MethodChoice[]): ChosenMethod[] {
  const chosen = new Map<string, ChosenMethod>();
  for (const choice of to) {
    const method = chosenMethod(choice);
    const known = chosen.get(method.id);
    if (known !== undefined && !isDeepStrictEqual(known.options, method.options)) {
      const problem = `${method.id} is asked for twice, with different options, and both would have the same name`;
      throw new OctavecError('USAGE', { problem, hint: 'Make one after the other, into different folders.' });
    }
    chosen.set(method.id, known ?? method);
  }
  return [...chosen.values()];
}

/** Options of methods by the name of the method, as a configuration has them. */
export type OptionsByMethod = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

/**
 * Chooses methods by their names. Of options that were given for all of them, each gets those that it knows.
 *
 * @param usual options for single methods, where nothing else is given
 * @throws USAGE for an option that none of the methods knows, and for one that is out of range
 */
export function chooseWithOptions(
  names: readonly string[],
  options: Readonly<Record<string, unknown>>,
  usual: OptionsByMethod = {},
): ChosenMethod[] {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [key] of given) {
    checkOwners(key, ownersOf(key), names);
  }
  return names.map((name) => {
    const own = given.filter(([key]) => ownersOf(key).includes(name));
    return chooseByName(name, { ...usual[name], ...Object.fromEntries(own) });
  });
}

/**
 * Refuses what would be without effect.
 *
 * @param owners methods that know the option
 * @throws USAGE if none of them is to be made
 */
export function checkOwners(option: string, owners: readonly string[], to: readonly string[]): void {
  if (!owners.some((owner) => to.includes(owner))) {
    const known = owners.join(', ');
    const problem = `\`${option}\` belongs to ${known}, and ${to.join(', ')} is what is to be made`;
    const hint = `Leave it out, or make ${owners.length > 1 ? 'one of them' : known}.`;
    throw new OctavecError('USAGE', { problem, hint });
  }
}

/** Names the methods that know an option. */
function ownersOf(key: string): string[] {
  return methods.filter(({ options }) => Object.hasOwn(options.shape, key)).map(({ id }) => id);
}

function chosenMethod(choice: MethodChoice): ChosenMethod {
  if (typeof choice === 'string') {
    return chooseByName(choice);
  }
  return 'given' in choice ? chooseByName(choice.id, choice.given) : choice;
}

function chooseByName(name: string, options: unknown = {}): ChosenMethod {
  const method = methodNamed(name);
  if (method === undefined) {
    throw new OctavecError('USAGE', {
      problem: `"${name}" is not a method`,
      hint: `Known: ${methodNames.join(', ')}.`,
    });
  }
  return method.choose(options);
}
