import { z } from 'zod';
import { configurationSchema } from './schema.js';

/** Where editors find the schema of the installed package, from the folder of the file. */
const schemaPath = './node_modules/octavec/data/configuration.schema.json';

/** Values that stand for what may be set, where the type alone says too little. */
const examples: Readonly<Record<string, unknown>> = {
  'embedding.model': 'BAAI/bge-small-en-v1.5',
  'embedding.quantized_model_path': './model_int8.onnx',
  'embedding.tokenizer_path': './tokenizer.json',
  'embedding.tokenizer_config_path': './tokenizer_config.json',
  'embedding.batch_size': 32,
  'embedding.max_length': 256,
  'embedding.prompt': 'query: ',
  'embedding.dimensions': 256,
  'embedding.precision': 'int8',
  'hub.endpoint': 'https://huggingface.co',
  'hub.cache': '~/.cache/huggingface/hub',
  'models.folders': ['~/models'],
  'models.names': '{family}[-v{version}][-{precision}].onnx',
  'device.app': 'com.example.app',
  'device.to': '/data/local/tmp/models',
  gate: 'int8',
};

const tables = ['embedding', 'hub', 'models', 'device'] as const;

/** Writes a configuration in which everything is explained and nothing is set yet. */
export function commentedConfiguration(): string {
  const parts = tables.map((table) => {
    const shape = (configurationSchema.shape[table].unwrap() as z.ZodObject).shape;
    const keys = Object.entries(shape).map(([key, schema]) => {
      const description = (schema as z.ZodType).description;
      const comment = description === undefined ? '' : `# ${description.replaceAll('`', '"')}\n`;
      return `${comment}# ${key} = ${JSON.stringify(exampleOf(`${table}.${key}`, schema as z.ZodType))}\n`;
    });
    return `[${table}]\n${keys.filter((line) => !line.includes('aliases')).join('\n')}`;
  });
  return `#:schema ${schemaPath}
# What octavec is to do where the command line says nothing. Relative paths are relative to this file.
# Take the "#" away before what you want to set. "octavec config check" finds mistakes.

# threads of the run time
# threads = 2

# quality gate that variants are judged by
# gate = "int8"

${parts.join('\n')}
[models.aliases]
# house = "BAAI/bge-small-en-v1.5"
`;
}

function exampleOf(path: string, schema: z.ZodType): unknown {
  const inner = schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema;
  if (Object.hasOwn(examples, path)) {
    return examples[path];
  }
  if (inner instanceof z.ZodEnum) {
    return inner.options[0];
  }
  return inner instanceof z.ZodBoolean ? true : 1;
}

/** Returns the JSON schema of a configuration, for editors. */
export function configurationJsonSchema(): object {
  return z.toJSONSchema(configurationSchema, { io: 'input', unrepresentable: 'any' });
}
