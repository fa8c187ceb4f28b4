/**
 * Files that are read and written at given places: the door through which every byte of an image
 * goes to disk.
 */
@NullMarked
package dev.ramtide.sink.image;

import org.jspecify.annotations.NullMarked;
