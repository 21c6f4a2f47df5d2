//! What the document says of texts: which names there are. (Filled by the shared document.)
