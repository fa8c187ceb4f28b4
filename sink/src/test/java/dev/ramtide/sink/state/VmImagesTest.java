package dev.ramtide.sink.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.ramtide.checkpoint.VmId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class VmImagesTest {
  private static final VmId WEB = new VmId("web");

  @TempDir private Path parent;
  private Path site = Path.of("");

  @BeforeEach
  void aSite() throws Exception {
    site = parent.resolve("ramtide");
    Site.open(site).id();
  }

  @Test
  void allOfAVmGoesAndItsNeighboursStay() throws Exception {
    image("web-2");
    Path copy = image("web").kept(1);
    Files.createDirectories(copy);
    Files.writeString(copy.resolve("ram.img"), "older");
    image("web.next");
    image("web.old");
    assertThat(VmImages.find(site, WEB).directories())
        .containsExactly(site.resolve("web"), site.resolve("web.next"), site.resolve("web.old"));
    Site.open(site).remove(WEB);
    assertThat(entries(site)).containsExactly(".site.lock", "site-id", "web-2");
    assertThat(site.resolve("web-2/ram.img")).hasContent("guest");
    assertThat(VmImages.find(site, WEB).directories()).isEmpty();
  }

  @Test
  void whatACrashLeftOfAnImageGoes() throws Exception {
    Files.createDirectories(site.resolve("web/locks"));
    Files.createDirectories(site.resolve("web.next"));
    Site.open(site).remove(WEB);
    assertThat(entries(site)).containsExactly(".site.lock", "site-id");
  }

  @Test
  void theParentOfASiteIsNone() throws Exception {
    image("web");
    assertThatIOException()
        .isThrownBy(() -> VmImages.find(parent, new VmId("ramtide")))
        .withMessage(
            parent
                + " is not a directory of images (no site-id in it): give the one that the sinks have as --images");
    assertThat(entries(parent)).containsExactly("ramtide");
    assertThatIOException()
        .isThrownBy(() -> VmImages.find(parent.resolve("nowhere"), WEB))
        .withMessageContaining("there is no such directory");
    assertThat(parent.resolve("nowhere")).doesNotExist();
  }

  @Test
  void aSiteInsideAnotherIsNoImage() throws Exception {
    image("web");
    Site around = Site.open(parent);
    assertThatIOException()
        .isThrownBy(() -> around.remove(new VmId("ramtide")))
        .withMessageContaining("refusing to remove " + site + ": no sink puts .site.lock");
    assertThat(site.resolve("web/ram.img")).hasContent("guest");
  }

  @Test
  void aSiteWhoseSinksAreToldTheirGroupIsOne() throws Exception {
    image("web");
    Files.delete(site.resolve("site-id"));
    assertThat(VmImages.find(site, WEB).directories()).containsExactly(site.resolve("web"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"web", "web.next", "web.old"})
  void aDirectoryOfOtherThingsIsNoImage(String name) throws Exception {
    image(name);
    Path thesis = Files.writeString(site.resolve(name).resolve("thesis"), "ten years");
    assertThatIOException()
        .isThrownBy(() -> Site.open(site).remove(WEB))
        .withMessageContaining("no sink puts thesis into an image");
    assertThat(thesis).hasContent("ten years");
    assertThat(site.resolve(name).resolve("ram.img")).hasContent("guest");
  }

  @Test
  void whatSomebodyPutBesideTheKeptCopiesStaysToo() throws Exception {
    Path own = image("web").kept().resolve("before-upgrade");
    Files.createDirectories(own);
    assertThatIOException()
        .isThrownBy(() -> Site.open(site).remove(WEB))
        .withMessageContaining("no sink puts kept/before-upgrade into an image");
    assertThat(own).exists();
  }

  @Test
  void aFileIsNoImage() throws Exception {
    Files.writeString(site.resolve("web"), "a list of pages");
    assertThatIOException()
        .isThrownBy(() -> Site.open(site).remove(WEB))
        .withMessageContaining("no directory");
    assertThat(site.resolve("web")).exists();
  }

  @Test
  void aLinkIsNotTakenForWhatItPointsTo() throws Exception {
    Path target = image("elsewhere").directory();
    Files.createSymbolicLink(site.resolve("web"), target);
    assertThatIOException()
        .isThrownBy(() -> Site.open(site).remove(WEB))
        .withMessageContaining(site.resolve("web") + ": it is a symbolic link to " + target);
    assertThat(target.resolve("ram.img")).hasContent("guest");
    assertThat(site.resolve("web")).isSymbolicLink();
  }

  @Test
  void anImageFileThatLiesElsewhereIsNotLeftThere() throws Exception {
    ImagePaths image = image("web");
    Path target = Files.move(image.ram(), parent.resolve("big-disk.img"));
    Files.createSymbolicLink(image.ram(), target);
    assertThatIOException()
        .isThrownBy(() -> VmImages.find(site, WEB))
        .withMessageContaining(image.ram() + ": it is a symbolic link to " + target);
  }

  @Test
  void anImageInUseStays() throws Exception {
    ImagePaths image = image("web");
    image("web.next");
    FileGate.Hold reader = FileGates.OF_THIS_PROCESS.of(image.controlLock()).shared();
    VmImages found = VmImages.find(site, WEB);
    assertThatIOException()
        .isThrownBy(() -> found.requireUnused(FileGates.OF_THIS_PROCESS))
        .withMessageContaining("in use by a sink or a reader");
    assertThatIOException().isThrownBy(() -> Site.open(site).remove(WEB));
    assertThat(site.resolve("web.next/ram.img")).exists();
    reader.close();
    found.requireUnused(FileGates.OF_THIS_PROCESS);
  }

  @Test
  void lookingLeavesNoTrace() throws Exception {
    image("web");
    Files.delete(site.resolve(".site.lock"));
    VmImages.find(site, WEB);
    assertThat(entries(site)).containsExactly("site-id", "web");
    assertThat(entries(site.resolve("web/locks")))
        .containsExactly("control.lock", "partition-00000.lock");
  }

  private static List<String> entries(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  private ImagePaths image(String name) throws IOException {
    ImagePaths paths = new ImagePaths(site.resolve(name));
    Files.createDirectories(paths.locks());
    Files.createFile(paths.controlLock());
    Files.createFile(paths.partitionLock(0));
    for (Path file : new Path[] {paths.ram(), paths.control(), paths.state(0)}) {
      Files.writeString(file, "guest");
    }
    return paths;
  }
}
