package dev.ramtide.guest;

/** Whether the pages of a range carry bytes, or are all zero and carry none. */
public enum PageKind {
  DATA,
  ZERO
}
