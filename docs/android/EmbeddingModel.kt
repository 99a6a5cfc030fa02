package octavec

import ai.onnxruntime.OnnxTensor
import ai.onnxruntime.OrtEnvironment
import ai.onnxruntime.OrtSession
import java.io.File
import java.nio.LongBuffer
import kotlin.math.sqrt
import org.json.JSONObject

/**
 * An embedding model as `octavec push` brings it: `<name>.onnx`, and `<name>.json` that says how it is used.
 *
 * The model is opened by its path: ONNX Runtime maps it, where a byte array would be copied through the heap of the app.
 * Tokenize with the `<name>.tokenizer.json` beside it, and cut at [maxTokens] tokens, special ones included.
 */
class EmbeddingModel(model: File, threads: Int = 2) : AutoCloseable {
  private val config = JSONObject(File(model.path.removeSuffix(".onnx") + ".json").readText())
  private val environment = OrtEnvironment.getEnvironment()
  private val session: OrtSession =
    OrtSession.SessionOptions().use { options ->
      options.setIntraOpNumThreads(threads)
      environment.createSession(model.path, options)
    }

  val dimensions: Int = config.getInt("dimensions")
  val maxTokens: Int = config.getInt("maxTokens")

  /** The prompt of a kind of text ("query", "document"), to be put before it; empty where the model has none. */
  fun prompt(name: String): String = config.getJSONObject("prompts").optString(name, "")

  /** The vector of one text, from its token ids with special tokens. */
  fun embed(ids: LongArray): FloatArray {
    require(ids.size in 1..maxTokens) { "1 to $maxTokens tokens, not ${ids.size}" }
    val shape = longArrayOf(1, ids.size.toLong())
    val values =
      mapOf(
        "input_ids" to ids,
        "attention_mask" to LongArray(ids.size) { 1 },
        "token_type_ids" to LongArray(ids.size),
        "position_ids" to LongArray(ids.size) { it.toLong() },
      )
    val inputs =
      session.inputNames.associateWith { name ->
        OnnxTensor.createTensor(environment, LongBuffer.wrap(values.getValue(name)), shape)
      }
    try {
      session.run(inputs).use { result ->
        val output = result[0] as OnnxTensor
        val flat = FloatArray(output.floatBuffer.remaining()).also { output.floatBuffer.get(it) }
        // [1, width] is the vector already; [1, tokens, width] are hidden states.
        val vector = if (output.info.shape.size == 2) flat else pooled(flat, ids.size)
        return if (config.getBoolean("normalize")) normalized(vector) else vector
      }
    } finally {
      inputs.values.forEach { it.close() }
    }
  }

  private fun pooled(hidden: FloatArray, tokens: Int): FloatArray {
    val width = hidden.size / tokens
    return when (val pooling = config.getString("pooling")) {
      "cls" -> hidden.copyOfRange(0, width)
      "lasttoken" -> hidden.copyOfRange((tokens - 1) * width, tokens * width)
      "max" -> FloatArray(width) { i -> (0 until tokens).maxOf { hidden[it * width + i] } }
      "mean" -> FloatArray(width) { i -> ((0 until tokens).sumOf { hidden[it * width + i].toDouble() } / tokens).toFloat() }
      else -> throw IllegalArgumentException("pooling $pooling is not known here")
    }
  }

  private fun normalized(vector: FloatArray): FloatArray {
    val length = sqrt(vector.sumOf { it.toDouble() * it }).coerceAtLeast(1e-12)
    return FloatArray(vector.size) { (vector[it] / length).toFloat() }
  }

  override fun close() = session.close()
}
