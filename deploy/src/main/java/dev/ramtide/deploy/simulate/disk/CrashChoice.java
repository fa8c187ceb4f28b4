package dev.ramtide.deploy.simulate.disk;

/** Decides what of the unforced survives a loss of power. */
public interface CrashChoice {
  /** One of 0 to {@code count - 1}; the last one is what was written last. */
  int of(int count);
}
