package dev.ramtide.sink.state;

import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * The files of one image.
 *
 * <pre>
 *   ram.img                the mapped-ram file
 *   control                FILLING | APPLYING n | SEALED n
 *   partition-00007.state  next record offset, and 32 bytes a page
 *   locks/                 control.lock, partition-00007.lock: opened only to be locked
 *   checkpoint.json        for people and scripts
 *   kept/0000000042/       copies of older checkpoints: ram.img and checkpoint.json, never changed
 * </pre>
 *
 * Locks have files of their own because a POSIX lock is gone as soon as any descriptor of its file
 * is closed.
 */
public record ImagePaths(Path directory) {
  private static final Pattern NAMES =
      Pattern.compile(
          "ram\\.img|control|partition-\\d+\\.state|checkpoint\\.json|\\.checkpoint\\.json\\.new"
              + "|locks|(control|kept|partition-\\d+)\\.lock|kept|\\d{10}|\\.\\d{10}\\.new");

  public Path ram() {
    return directory.resolve("ram.img");
  }

  public Path control() {
    return directory.resolve("control");
  }

  public Path state(int partition) {
    return directory.resolve("partition-%05d.state".formatted(partition));
  }

  public Path locks() {
    return directory.resolve("locks");
  }

  public Path controlLock() {
    return locks().resolve("control.lock");
  }

  public Path partitionLock(int partition) {
    return locks().resolve("partition-%05d.lock".formatted(partition));
  }

  public Path keptLock() {
    return locks().resolve("kept.lock");
  }

  public Path checkpointJson() {
    return directory.resolve("checkpoint.json");
  }

  /** Where copies of older checkpoints are. */
  public Path kept() {
    return directory.resolve("kept");
  }

  /** The copy of one checkpoint: {@code ram.img} and {@code checkpoint.json}, without locks. */
  public Path kept(long checkpoint) {
    return kept().resolve("%010d".formatted(checkpoint));
  }

  /** Whether sinks give such a name to something in an image's directory, or below it. */
  static boolean isMadeBySinks(Path entry) {
    return NAMES.matcher(entry.getFileName().toString()).matches();
  }
}
