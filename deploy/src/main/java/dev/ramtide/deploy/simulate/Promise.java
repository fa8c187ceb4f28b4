package dev.ramtide.deploy.simulate;

/** The promises of Ramtide, by their names. */
enum Promise {
  ORDER_INDEPENDENCE("OrderIndependence"),
  NOTHING_NEWER_IS_OVERWRITTEN("NothingNewerIsOverwritten"),
  SEALED_EQUALS_GUEST("SealedEqualsGuest"),
  SEALED_IS_NEVER_TORN("SealedIsNeverTorn"),
  NOTHING_LOST("NothingLost"),
  BOUNDED("Bounded"),
  GUEST_FIRST("GuestFirst"),
  REPLACED_STAYS_REPLACED("ReplacedStaysReplaced");

  private final String title;

  Promise(String title) {
    this.title = title;
  }

  /** Of a promise that is broken if this does not hold. */
  void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new InvariantViolation(this, otherwise);
    }
  }

  InvariantViolation broken(String how) {
    return new InvariantViolation(this, how);
  }

  @Override
  public String toString() {
    return title;
  }
}
