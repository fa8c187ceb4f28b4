package dev.ramtide.deploy.torture;

/** Who is told of what happens: the one counts, the other shows. */
record Reports(Tally tally, TorturePrinter printer) {
  /**
   * A process ended by itself.
   *
   * @param kind the same for all of its kind
   */
  void ended(String name, String kind, String reason) {
    tally.ended(kind, reason);
    printer.line(name, "ended by itself: " + reason);
  }
}
