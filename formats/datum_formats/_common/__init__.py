"""What several formats share: files, images, names, run lengths, XML."""
