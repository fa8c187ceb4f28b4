package dev.ramtide.producer.capture;

/**
 * What an agent has learnt of a host, and keeps when it opens its source anew after a failure. One
 * owner thread.
 */
public final class HostTrust {
  /** What a host lacks may come (KSM is switched off, another agent ends), but not soon. */
  private static final int ASK_AGAIN_AFTER = 100;

  private int sinceAudit;
  private int notAskedFor;
  private boolean lied;

  /** Whether to try the host's way for the next checkpoint, where there is a choice. */
  boolean mayAsk() {
    if (notAskedFor > 0) {
      notAskedFor--;
    }
    return notAskedFor == 0 && !lied;
  }

  /** It cannot tell what changed, now. */
  void refused() {
    notAskedFor = ASK_AGAIN_AFTER;
  }

  /** It did not tell of all that changed: not to be asked again. */
  void lied() {
    lied = true;
  }

  boolean isAuditDue(int interval) {
    return interval > 0 && sinceAudit >= interval - 1;
  }

  /** A checkpoint was taken by what the host told. */
  void taken(boolean audited) {
    sinceAudit = audited ? 0 : sinceAudit + 1;
  }
}
