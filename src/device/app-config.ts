/** What an app has to know of a model on the device. */
export interface AppModel {
  readonly id: string;
  /** On the device. */
  readonly path: string;
  readonly tokenizer: string;
  readonly isQuantized: boolean;
  readonly quantizationType: string | null;
  readonly dimensions: number;
  readonly maxTokens: number;
  readonly pooling: string;
  readonly normalize: boolean;
  readonly prompts: Readonly<Record<string, string>>;
  /** Of the model's file. */
  readonly sha256: string;
  readonly version: string | null;
}

export const appConfigFormats = ['json', 'kotlin', 'swift'] as const;
export type AppConfigFormat = (typeof appConfigFormats)[number];

/** Writes the list of models that an app reads, or is compiled with. */
export function appConfig(models: readonly AppModel[], format: AppConfigFormat): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify({ models }, null, 2)}\n`;
    case 'kotlin':
      return kotlin(models);
    default:
      return swift(models);
  }
}

function kotlin(models: readonly AppModel[]): string {
  const text = (value: string | null) => (value === null ? 'null' : literal(value, (code) => `\\u${hex(code)}`, '$'));
  const entries = models.map((m) => {
    const prompts = Object.entries(m.prompts).map(([name, prompt]) => `${text(name)} to ${text(prompt)}`);
    return `    EmbeddingModelSpec(
      id = ${text(m.id)},
      path = ${text(m.path)},
      tokenizer = ${text(m.tokenizer)},
      isQuantized = ${m.isQuantized},
      quantizationType = ${text(m.quantizationType)},
      dimensions = ${m.dimensions},
      maxTokens = ${m.maxTokens},
      pooling = ${text(m.pooling)},
      normalize = ${m.normalize},
      prompts = mapOf(${prompts.join(', ')}),
      sha256 = ${text(m.sha256)},
      version = ${text(m.version)},
    ),`;
  });
  return `// Written by octavec push --export-config kotlin.
data class EmbeddingModelSpec(
  val id: String,
  val path: String,
  val tokenizer: String,
  val isQuantized: Boolean,
  val quantizationType: String?,
  val dimensions: Int,
  val maxTokens: Int,
  val pooling: String,
  val normalize: Boolean,
  val prompts: Map<String, String>,
  val sha256: String,
  val version: String?,
)

object EmbeddingModels {
  val all: List<EmbeddingModelSpec> = listOf(
${entries.join('\n')}
  )
}
`;
}

function swift(models: readonly AppModel[]): string {
  const text = (value: string | null) => (value === null ? 'nil' : literal(value, (code) => `\\u{${hex(code)}}`, ''));
  const entries = models.map((m) => {
    const prompts = Object.entries(m.prompts).map(([name, prompt]) => `${text(name)}: ${text(prompt)}`);
    return `    EmbeddingModelSpec(
      id: ${text(m.id)},
      path: ${text(m.path)},
      tokenizer: ${text(m.tokenizer)},
      isQuantized: ${m.isQuantized},
      quantizationType: ${text(m.quantizationType)},
      dimensions: ${m.dimensions},
      maxTokens: ${m.maxTokens},
      pooling: ${text(m.pooling)},
      normalize: ${m.normalize},
      prompts: [${prompts.join(', ') || ':'}],
      sha256: ${text(m.sha256)},
      version: ${text(m.version)}
    ),`;
  });
  return `// Written by octavec push --export-config swift.
struct EmbeddingModelSpec {
  let id: String
  let path: String
  let tokenizer: String
  let isQuantized: Bool
  let quantizationType: String?
  let dimensions: Int
  let maxTokens: Int
  let pooling: String
  let normalize: Bool
  let prompts: [String: String]
  let sha256: String
  let version: String?
}

enum EmbeddingModels {
  static let all: [EmbeddingModelSpec] = [
${entries.join('\n')}
  ]
}
`;
}

/** Quotes a string: what could end it, or has a meaning inside it, is written by its code. */
function literal(value: string, coded: (code: number) => string, special: string): string {
  const parts = [...value].map((character) => {
    const code = character.codePointAt(0) as number;
    return code < 0x20 || '"\\'.includes(character) || (special !== '' && special.includes(character))
      ? coded(code)
      : character;
  });
  return `"${parts.join('')}"`;
}

const hex = (code: number) => code.toString(16).padStart(4, '0');
