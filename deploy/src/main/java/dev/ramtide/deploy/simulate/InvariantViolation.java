package dev.ramtide.deploy.simulate;

/** A promise was broken. The message begins with its name. */
final class InvariantViolation extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InvariantViolation(Promise promise, String how) {
    super(promise + ": " + how);
  }
}
