package dev.ramtide.producer.qmp;

import java.util.List;
import java.util.Map;

/** Turns what stands behind {@code "return"} into an object, whatever it is. */
final class QmpReply {
  private QmpReply() {}

  static QmpObject of(QmpObject message) throws QmpProtocolException {
    Object value = message.fields().get("return");
    if (value instanceof List<?> list) {
      return new QmpObject(Map.of("list", list));
    }
    if (value instanceof Boolean flag) {
      return new QmpObject(Map.of("flag", flag));
    }
    if (value instanceof String text) {
      return new QmpObject(Map.of("text", text));
    }
    if (value == null) {
      throw new QmpProtocolException(
          "QMP: a message that is no reply, no error and no event: " + message.fields().keySet());
    }
    return QmpObject.of(value);
  }
}
