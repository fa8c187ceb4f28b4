package dev.ramtide.encryption;

import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.checkpoint.WrappedKey;
import java.security.SecureRandom;
import java.util.Optional;

/**
 * What an agent was given to encrypt with.
 *
 * @param service none: epochs are not encrypted
 * @param compressed whether bytes are compressed before they are encrypted
 */
public record WriterKeys(Optional<KeyService> service, boolean compressed) {
  public static final WriterKeys NONE = new WriterKeys(Optional.empty(), false);

  /** What it reads its own log with: the log may have begun in the clear. */
  public ReaderKeys reader() {
    return new ReaderKeys(service, true);
  }

  /** What the next epoch of a VM is encrypted with: a data key of its own, if there are keys. */
  public EpochCipher epochOf(VmId vm) {
    return service.isEmpty()
        ? EpochCipher.NONE
        : new EncryptedEpoch(vm, service.get(), compressed, new SecureRandom());
  }

  /**
   * @param before the newest epoch that has begun
   * @throws MissingKeyException that one is encrypted and the next would not be: somebody forgot an
   *     option
   */
  public void requireFor(VmId vm, Optional<EpochStarted> before) throws MissingKeyException {
    Optional<WrappedKey> key = before.flatMap(EpochStarted::encryption);
    if (service.isEmpty() && key.isPresent()) {
      throw new MissingKeyException(
          "the log of "
              + vm
              + " is encrypted (epoch "
              + before.get().epoch()
              + ", key '"
              + key.get().keyId()
              + "') and this agent has no keys: give --encryption-keys FILE. What was published once cannot be called"
              + " back; to begin anew in the clear, delete the VM's topics");
    }
  }
}
