package dev.ramtide.producer.qmp;

import java.time.DateTimeException;
import java.time.Instant;

/**
 * Something that QEMU tells unasked.
 *
 * @param name such as {@code STOP} or {@code MIGRATION}
 * @param time when it happened, by the clock of QEMU's host, in microseconds
 */
public record QmpEvent(String name, Instant time, QmpObject data) {
  static QmpEvent of(QmpObject message) throws QmpProtocolException {
    QmpObject timestamp = message.object("timestamp");
    // QEMU writes -1 when its clock failed: the moment at which we read the event is the best that
    // is left.
    long seconds = timestamp.number("seconds");
    String name = message.text("event");
    Instant time =
        seconds < 0 ? Instant.now() : instant(seconds, timestamp.number("microseconds"), name);
    return new QmpEvent(name, time, message.has("data") ? message.object("data") : QmpObject.EMPTY);
  }

  private static Instant instant(long seconds, long microseconds, String name)
      throws QmpProtocolException {
    try {
      return Instant.ofEpochSecond(seconds, Math.multiplyExact(microseconds, 1000L));
    } catch (DateTimeException | ArithmeticException e) {
      throw new QmpProtocolException(
          "QMP: event " + name + " at no time that there is: " + seconds);
    }
  }
}
