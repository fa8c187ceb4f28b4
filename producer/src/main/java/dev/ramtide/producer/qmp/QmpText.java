package dev.ramtide.producer.qmp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Map;

/** Objects as QMP writes them: JSON in UTF-8, each on a line. */
public final class QmpText {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private QmpText() {}

  /** One line, without its end. */
  public static byte[] bytesOf(Map<String, ?> object) throws IOException {
    return JSON.writeValueAsBytes(object);
  }

  /**
   * @param line one line, without its end
   * @throws QmpProtocolException it is no JSON object
   */
  public static QmpObject parse(byte[] line) throws IOException {
    try {
      return QmpObject.of(JSON.readValue(line, Object.class));
    } catch (JsonProcessingException e) {
      throw new QmpProtocolException("a line that is not JSON (" + line.length + " bytes)");
    }
  }
}
