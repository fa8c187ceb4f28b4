package dev.ramtide.producer.qmp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.CharConversionException;
import java.io.IOException;
import java.util.Map;

/** Objects as QMP writes them: JSON in UTF-8, each on a line. */
public final class QmpText {
  /**
   * Far above any reply that Ramtide asks for. Three bytes of a line can be an object that takes
   * thirty times as much of the heap, so the length of a line is no bound for what it becomes.
   */
  private static final int MAX_TOKENS = 100_000;

  /** Of a message; what is wrong shows in fewer. */
  private static final int MAX_TOLD_CHARS = 300;

  private static final ObjectMapper JSON =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxTokenCount(MAX_TOKENS).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

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
    } catch (JsonProcessingException | CharConversionException e) {
      // The latter of bytes that look like another encoding of Unicode.
      throw new QmpProtocolException("a line that is not JSON (" + line.length + " bytes)");
    }
  }

  /** The beginning of what the other side says, for a message: it may be megabytes. */
  static String brief(String told) {
    return told.length() <= MAX_TOLD_CHARS ? told : told.substring(0, MAX_TOLD_CHARS) + " …";
  }
}
