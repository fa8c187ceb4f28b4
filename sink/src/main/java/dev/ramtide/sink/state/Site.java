package dev.ramtide.sink.state;

import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.sink.image.PrivateFiles;
import dev.ramtide.time.MonotonicClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * The image directory of a site: one image per VM, and a second one beside it while a guest with
 * another layout fills up.
 *
 * <pre>
 *   DIR/site-id      names the consumer group of all sinks that share the directory
 *   DIR/vm/          the image
 *   DIR/vm.next/     another layout, until its first seal; no VM name has a dot
 * </pre>
 *
 * Which directory is whose is decided under one lock. Thread-safe.
 */
@SuppressWarnings("try") // A held lock is closed, and not looked at.
public final class Site {
  private static final String ID = "site-id";
  private static final String LOCK = ".site.lock";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Path directory;
  private final FileGates gates;
  private final PageWrites writes;

  private Site(Path directory, FileGates gates, PageWrites writes) throws IOException {
    this.directory = directory;
    this.gates = gates;
    this.writes = writes;
    gates.of(directory.resolve(LOCK)); // For those who ask whether this is a site.
  }

  public static Site open(Path directory) throws IOException {
    return open(directory, FileGates.OF_THIS_PROCESS);
  }

  /**
   * @param gates of the process that opens it
   */
  public static Site open(Path directory, FileGates gates) throws IOException {
    return open(directory, gates, PageWrites.BUFFERED);
  }

  /**
   * @param gates of the process that opens it
   * @param writes how pages are to go to the disk
   */
  public static Site open(Path directory, FileGates gates, PageWrites writes) throws IOException {
    PrivateFiles.createDirectories(directory);
    return new Site(directory, gates, writes);
  }

  /** Whether a sink was ever here. One that is told its group never asks for the id, only locks. */
  static boolean isAt(Path directory) {
    return Files.isRegularFile(directory.resolve(ID))
        || Files.isRegularFile(directory.resolve(LOCK));
  }

  public Path directory() {
    return directory;
  }

  /**
   * As {@link PrivateFiles#openToOthers} of the directory: somebody else may have made it. What is
   * made in it is its owner's alone, but names can be listed, or even replaced.
   */
  public Optional<String> openToOthers() throws IOException {
    return PrivateFiles.openToOthers(directory);
  }

  /** As {@link PrivateFiles#isOurs} of the directory. */
  public boolean isOurs() throws IOException {
    return PrivateFiles.isOurs(directory);
  }

  /** Of the process that opened it. */
  public MonotonicClock clock() {
    return gates.clock();
  }

  /** The same for every process that shares the directory, and for no other site. */
  public String id() throws IOException, InterruptedException {
    try (FileGate.Hold held = lock()) {
      Path file = directory.resolve(ID);
      if (!Files.exists(file)) {
        // On disk before it has its name: two sites with an empty id would share a group.
        DurableName.replace(file, UUID.randomUUID().toString());
      }
      return Files.readString(file).strip();
    }
  }

  /** Where the image of a VM is that readers should use. */
  public ImagePaths imageOf(VmId vm) {
    return new ImagePaths(directory.resolve(vm.name()));
  }

  /**
   * Opens the image for a layout: the VM's own, or the one that fills beside it.
   *
   * @throws IOException also when the image was made from topics with other ids
   */
  public OpenImage openImage(VmId vm, EpochStarted wanted)
      throws IOException, InterruptedException {
    try (FileGate.Hold held = lock()) {
      finishPromotion(vm);
      ImagePaths own = imageOf(vm);
      Optional<Control> control = readControl(own);
      if (control.isEmpty() || control.get().identity().equals(ImageIdentity.of(wanted))) {
        return begin(own, wanted);
      }
      requireSameTopics(own, control.get(), wanted);
      ImagePaths next = nextOf(vm);
      Optional<Control> nextControl = readControl(next);
      if (nextControl.isPresent()
          && !nextControl.get().identity().equals(ImageIdentity.of(wanted))) {
        DirectoryTree.delete(
            next.directory()); // A third layout came before the second was ever sealed.
      }
      return begin(next, wanted);
    }
  }

  /** Lets an image that was just sealed take the place of the one with the older layout. */
  public void promote(VmId vm) throws IOException, InterruptedException {
    try (FileGate.Hold held = lock()) {
      finishPromotion(vm);
    }
  }

  /**
   * Removes a VM's images, kept copies and all.
   *
   * @throws IOException also when {@link VmImages} refuses; then nothing was removed
   */
  public void remove(VmId vm) throws IOException, InterruptedException {
    try (FileGate.Hold held = lock()) {
      VmImages images = VmImages.find(directory, vm);
      images.requireUnused(gates);
      images.remove();
    }
  }

  /** What another process may have left half done: the sealed newcomer stands beside, or alone. */
  private void finishPromotion(VmId vm) throws IOException {
    Optional<Control> next = readControl(nextOf(vm));
    Path old = directory.resolve(vm.name() + ".old");
    if (next.isPresent() && next.get().state() instanceof ControlState.Sealed sealed) {
      if (isBehind(sealed, readControl(imageOf(vm)))) {
        // Its sealer knew of no newer checkpoint: the image that took the place meanwhile must not
        // go back.
        DirectoryTree.delete(nextOf(vm).directory());
        return;
      }
      Path own = imageOf(vm).directory();
      if (Files.exists(own)) {
        DirectoryTree.delete(old);
        DurableName.move(own, old);
      }
      Path kept = new ImagePaths(old).kept();
      if (Files.exists(kept) && !Files.exists(nextOf(vm).kept())) {
        DurableName.move(
            kept, nextOf(vm).kept()); // They are what they were, whatever the guest is.
      }
      DurableName.move(nextOf(vm).directory(), own);
    }
    DirectoryTree.delete(old);
  }

  private static boolean isBehind(ControlState.Sealed next, Optional<Control> own) {
    ControlState state = own.map(Control::state).orElseGet(ControlState.Filling::new);
    long reached =
        state instanceof ControlState.Sealed sealed
            ? sealed.checkpoint()
            : state instanceof ControlState.Applying applying ? applying.checkpoint() : 0;
    return reached >= next.checkpoint();
  }

  private OpenImage begin(ImagePaths paths, EpochStarted wanted)
      throws IOException, InterruptedException {
    if (readControl(paths).isPresent() && !Files.exists(paths.ram())) {
      // The tables know which pages were written, not that the file was another one then.
      throw new IOException(
          paths.ram()
              + " is missing, but its tables are there. Put the file back, or remove the directory "
              + paths.directory()
              + ": the sink then fills a new image from the newest keyframe");
    }
    OpenImage image = OpenImage.open(paths, wanted, gates, writes);
    try {
      Optional<Control> control = image.control().read();
      if (control.isPresent()) {
        requireSameTopics(paths, control.get(), wanted);
        // Its writer may have been killed before it was on disk, and we build on it.
        image.control().force();
      } else {
        requireEmpty(image);
        // The names before what is said under them: after a loss of power one of the two files
        // without the other would be refused, as if somebody had removed it.
        DurableName.forceDirectory(paths.directory());
        DurableName.forceDirectory(directory);
        ControlState filling = new ControlState.Filling();
        image.control().write(new Control(image.identity(), wanted.topicIds(), filling));
      }
      return image;
    } catch (IOException e) {
      image.close();
      throw e;
    }
  }

  /** Control comes before the first byte, so bytes without it were brought here by somebody. */
  private static void requireEmpty(OpenImage image) throws IOException {
    if (image.ram().size() > 0) {
      throw new IOException(
          image.paths().ram()
              + " is there without its control file, so nobody knows what it is. Remove the directory "
              + image.paths().directory()
              + ": the sink then fills a new image from the newest keyframe");
    }
  }

  private static void requireSameTopics(ImagePaths paths, Control control, EpochStarted wanted)
      throws IOException {
    if (!control.topicIds().equals(wanted.topicIds())) {
      throw new IOException(
          paths.directory()
              + " was filled from topics with other ids ("
              + control.topicIds()
              + ", now "
              + wanted.topicIds()
              + "): the topics were deleted and created again. The image is left as it is;"
              + " to follow the new topics move or remove the directory");
    }
  }

  private ImagePaths nextOf(VmId vm) {
    return new ImagePaths(directory.resolve(vm.name() + ".next"));
  }

  private static Optional<Control> readControl(ImagePaths paths) throws IOException {
    return Files.exists(paths.control()) ? ControlFile.readFrom(paths.control()) : Optional.empty();
  }

  /** By its path each time: somebody may have removed the file, and others have made it anew. */
  private FileGate.Hold lock() throws IOException, InterruptedException {
    FileGate gate = gates.of(directory.resolve(LOCK));
    return gate.tryExclusive(PATIENCE)
        .orElseThrow(
            () ->
                new IOException(
                    "the lock "
                        + gate
                        + " is held by another process for more than "
                        + PATIENCE.toSeconds()
                        + " s: is it stopped?"));
  }
}
