package octavec

import java.io.File
import kotlin.math.sqrt
import org.json.JSONObject

/** Arguments: the pushed model, a file with token ids and the vectors that octavec gives, the lowest cosine. */
fun main(args: Array<String>) {
  val expected = JSONObject(File(args[1]).readText()).getJSONArray("texts")
  EmbeddingModel(File(args[0])).use { model ->
    for (i in 0 until expected.length()) {
      val ids = expected.getJSONObject(i).getJSONArray("ids")
      val vector = expected.getJSONObject(i).getJSONArray("vector")
      val given = model.embed(LongArray(ids.length()) { ids.getLong(it) })
      check(given.size == model.dimensions) { "${given.size} dimensions" }
      var dot = 0.0
      var a = 0.0
      var b = 0.0
      for (j in given.indices) {
        dot += given[j] * vector.getDouble(j)
        a += given[j] * given[j].toDouble()
        b += vector.getDouble(j) * vector.getDouble(j)
      }
      val cosine = dot / sqrt(a * b)
      println("%d tokens: cosine %.6f".format(ids.length(), cosine))
      check(cosine > args[2].toDouble()) { "the vectors differ" }
    }
  }
}
