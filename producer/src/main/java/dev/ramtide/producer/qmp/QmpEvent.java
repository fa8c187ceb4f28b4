package dev.ramtide.producer.qmp;

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
    Instant time =
        seconds < 0
            ? Instant.now()
            : Instant.ofEpochSecond(seconds, timestamp.number("microseconds") * 1000);
    return new QmpEvent(
        message.text("event"),
        time,
        message.has("data") ? message.object("data") : QmpObject.EMPTY);
  }
}
