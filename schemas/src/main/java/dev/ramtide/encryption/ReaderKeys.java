package dev.ramtide.encryption;

import java.util.Optional;

/**
 * What a reader was given to decrypt with.
 *
 * @param service none: encrypted epochs cannot be read
 * @param allowUnencrypted whether epochs before the first that is encrypted are believed although
 *     there are keys; without keys they always are
 */
public record ReaderKeys(Optional<KeyService> service, boolean allowUnencrypted) {
  public static final ReaderKeys NONE = new ReaderKeys(Optional.empty(), true);
}
