package dev.ramtide.wire;

import java.io.IOException;

/** Which number stands for which schema in the header of a value. Thread-safe. */
interface SchemaIds {
  /** The number that records of a kind are written with. */
  int of(SchemaId kind);

  /**
   * How to read what was written with a number.
   *
   * @throws MalformedEventException it stands for no schema of ours
   * @throws IOException whoever knows does not answer; another try may succeed
   */
  WrittenSchema written(int id) throws IOException;
}
