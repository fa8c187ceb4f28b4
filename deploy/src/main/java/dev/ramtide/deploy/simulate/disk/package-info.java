/**
 * A file system in memory that forgets what was not forced, as a machine does that loses power.
 *
 * <p>It is a {@link java.nio.file.FileSystem} like any other, so what runs on it is the real code.
 * Each process sees it through a file system of its own, which knows whose locks are taken. One
 * thread at a time.
 */
@NullMarked
package dev.ramtide.deploy.simulate.disk;

import org.jspecify.annotations.NullMarked;
